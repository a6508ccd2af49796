//! Which parts of a plan a process runs: shard i of n has every n-th part from the i-th on.
//!
//! `auto` asks the environment of the scheduler that started the process. An array with gaps, steps or a
//! limit that leaves numbers out would silently lose parts, so it is refused.

use std::fmt;
use std::str::FromStr;

/// Shard `index` of `count`, from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shard {
    index: u64,
    count: u64,
}

/// Why there is no shard.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ShardError {
    /// Not of the form `i/n`.
    #[error("{0:?} is not a shard: write i/n with i from 0 to n - 1, or auto")]
    Form(String),
    /// The environment is that of no known scheduler.
    #[error(
        "no scheduler's variables are set: --shard auto knows Slurm, Open MPI, PBS, Kubernetes and AWS Batch; otherwise write i/n"
    )]
    NoScheduler,
    /// A variable is not a number.
    #[error("{name}={value:?} is not a whole number")]
    Number {
        /// The variable.
        name: &'static str,
        /// Its value.
        value: String,
    },
    /// The scheduler does not say how many there are.
    #[error("{0} does not say how many shards there are: add --shards N")]
    CountUnknown(&'static str),
    /// An array whose numbers are not consecutive.
    #[error("the array has numbers {least} to {most} and {count} tasks: gaps or steps would lose parts; use {least}-{}", least + count - 1)]
    Gaps {
        /// Least number.
        least: u64,
        /// Greatest number.
        most: u64,
        /// Number of tasks.
        count: u64,
    },
    /// A number outside of the shards.
    #[error("{name}={index} is not below the number of shards, {count}")]
    Outside {
        /// The variable.
        name: &'static str,
        /// Its value.
        index: u64,
        /// The number of shards.
        count: u64,
    },
    /// The given number of shards is not that of the scheduler.
    #[error("--shards {given}, but the scheduler runs {found}")]
    CountDiffers {
        /// As given.
        given: u64,
        /// As found.
        found: u64,
    },
}

impl Shard {
    /// The whole plan.
    pub const WHOLE: Shard = Shard { index: 0, count: 1 };

    /// Shard `index` of `count`; `None` unless `index < count`.
    pub fn new(index: u64, count: u64) -> Option<Shard> {
        (index < count).then_some(Shard { index, count })
    }

    /// Whether the shard has a part.
    pub fn has(self, part: u64) -> bool {
        part % self.count == self.index
    }

    /// The shard that a scheduler's environment names. `given` is the number of shards where the
    /// scheduler does not say it; where it does, they must agree.
    ///
    /// Asked in this order, because a task of a Slurm array also has a rank: Slurm array, Slurm step, Open
    /// MPI, PBS array, Kubernetes indexed job, AWS Batch array.
    pub fn from_environment(
        variable: &dyn Fn(&str) -> Option<String>,
        given: Option<u64>,
    ) -> Result<Shard, ShardError> {
        let number = |name: &'static str| match variable(name) {
            None => Ok(None),
            Some(value) => match value.trim().parse::<u64>() {
                Ok(number) => Ok(Some(number)),
                Err(_) => Err(ShardError::Number { name, value }),
            },
        };
        let ranked = [("SLURM_PROCID", "SLURM_NTASKS"), ("OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE")];
        let indexed = ["PBS_ARRAY_INDEX", "JOB_COMPLETION_INDEX", "AWS_BATCH_JOB_ARRAY_INDEX"];
        if let Some(index) = number("SLURM_ARRAY_TASK_ID")? {
            let least = number("SLURM_ARRAY_TASK_MIN")?.unwrap_or(0);
            let Some(count) = number("SLURM_ARRAY_TASK_COUNT")? else {
                return Shard::counted("SLURM_ARRAY_TASK_ID", index.wrapping_sub(least), None, given);
            };
            let most = number("SLURM_ARRAY_TASK_MAX")?.unwrap_or(least + count.saturating_sub(1));
            let step = number("SLURM_ARRAY_TASK_STEP")?.unwrap_or(1);
            if count == 0 || most != least + count - 1 || (step != 1 && count > 1) {
                return Err(ShardError::Gaps { least, most, count: count.max(1) });
            }
            return Shard::counted("SLURM_ARRAY_TASK_ID", index.wrapping_sub(least), Some(count), given);
        }
        for (rank, size) in ranked {
            if let Some(index) = number(rank)? {
                return Shard::counted(rank, index, number(size)?, given);
            }
        }
        for name in indexed {
            if let Some(index) = number(name)? {
                return Shard::counted(name, index, None, given);
            }
        }
        Err(ShardError::NoScheduler)
    }

    fn counted(
        name: &'static str,
        index: u64,
        found: Option<u64>,
        given: Option<u64>,
    ) -> Result<Shard, ShardError> {
        let count = match (found, given) {
            (Some(found), Some(given)) if found != given => {
                return Err(ShardError::CountDiffers { given, found });
            }
            (found, given) => found.or(given).ok_or(ShardError::CountUnknown(name))?,
        };
        Shard::new(index, count).ok_or(ShardError::Outside { name, index, count })
    }
}

impl FromStr for Shard {
    type Err = ShardError;

    fn from_str(text: &str) -> Result<Shard, ShardError> {
        let parts = text.split_once('/').and_then(|(i, n)| Some((i.parse().ok()?, n.parse().ok()?)));
        parts.and_then(|(i, n)| Shard::new(i, n)).ok_or_else(|| ShardError::Form(text.to_owned()))
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.index, self.count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn auto(variables: &[(&str, &str)], given: Option<u64>) -> Result<Shard, ShardError> {
        let variable =
            |name: &str| variables.iter().find(|(n, _)| *n == name).map(|(_, value)| (*value).to_owned());
        Shard::from_environment(&variable, given)
    }

    fn array(id: &str, min: &str, max: &str, count: &str, step: &str) -> Result<Shard, ShardError> {
        auto(
            &[
                ("SLURM_ARRAY_TASK_ID", id),
                ("SLURM_ARRAY_TASK_MIN", min),
                ("SLURM_ARRAY_TASK_MAX", max),
                ("SLURM_ARRAY_TASK_COUNT", count),
                ("SLURM_ARRAY_TASK_STEP", step),
                ("SLURM_PROCID", "0"),
                ("SLURM_NTASKS", "1"),
            ],
            None,
        )
    }

    #[test]
    fn every_part_belongs_to_one_shard() {
        for part in 0..20 {
            assert_eq!((0..7).filter(|&i| Shard::new(i, 7).expect("inside").has(part)).count(), 1);
            assert!(Shard::WHOLE.has(part));
        }
        assert_eq!("2/7".parse(), Ok(Shard { index: 2, count: 7 }));
        for text in ["7/7", "x/2", "3", "-1/2", "1/0", "auto"] {
            assert_eq!(text.parse::<Shard>(), Err(ShardError::Form(text.to_owned())));
        }
    }

    #[test]
    fn schedulers_say_which_shard() {
        assert_eq!(array("3", "1", "4", "4", "1"), Ok(Shard { index: 2, count: 4 }));
        let of = |variables: &[(&str, &str)], given| auto(variables, given).map(|shard| shard.to_string());
        assert_eq!(of(&[("SLURM_PROCID", "1"), ("SLURM_NTASKS", "4")], None), Ok("1/4".to_owned()));
        let mpi = [("OMPI_COMM_WORLD_RANK", "3"), ("OMPI_COMM_WORLD_SIZE", "4")];
        assert_eq!(of(&mpi, Some(4)), Ok("3/4".to_owned()));
        for name in ["PBS_ARRAY_INDEX", "JOB_COMPLETION_INDEX", "AWS_BATCH_JOB_ARRAY_INDEX"] {
            assert_eq!(of(&[(name, "2")], Some(3)), Ok("2/3".to_owned()));
            assert_eq!(auto(&[(name, "2")], None), Err(ShardError::CountUnknown(name)));
        }
    }

    #[test]
    fn what_would_lose_parts_is_refused() {
        assert_eq!(array("4", "0", "8", "5", "2"), Err(ShardError::Gaps { least: 0, most: 8, count: 5 }));
        assert_eq!(array("7", "1", "7", "3", "1"), Err(ShardError::Gaps { least: 1, most: 7, count: 3 }));
        assert_eq!(auto(&[], Some(3)), Err(ShardError::NoScheduler));
        let outside = auto(&[("JOB_COMPLETION_INDEX", "3")], Some(3));
        assert!(matches!(outside, Err(ShardError::Outside { index: 3, count: 3, .. })));
        let differs = auto(&[("SLURM_PROCID", "0"), ("SLURM_NTASKS", "4")], Some(8));
        assert_eq!(differs, Err(ShardError::CountDiffers { given: 8, found: 4 }));
        let number = auto(&[("SLURM_PROCID", "first")], None);
        assert!(matches!(number, Err(ShardError::Number { name: "SLURM_PROCID", .. })));
    }
}
