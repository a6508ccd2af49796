//! `gridrush ask`: the questions that the model was made for, and what answers them.

use std::io::Write;

use gridrush_experiment::ask::{ASKED, Asked};

use crate::stop::Stop;

/// `gridrush ask`.
#[derive(Debug, clap::Args)]
pub struct AskArgs {
    /// Number of a question, to show it in more words.
    #[arg(value_name = "NUMBER")]
    pub number: Option<usize>,
}

/// Prints all questions, or one.
pub fn run(args: &AskArgs) -> Result<(), Stop> {
    let mut out = std::io::stdout().lock();
    let Some(number) = args.number else {
        for (i, asked) in ASKED.iter().enumerate() {
            writeln!(out, "{:2}. {}", i + 1, asked.question)?;
            for command in asked.commands {
                writeln!(out, "      gridrush {command}")?;
            }
        }
        writeln!(out, "\ngridrush ask NUMBER says more of one.")?;
        return Ok(());
    };
    let Some(asked) = number.checked_sub(1).and_then(|i| ASKED.get(i)) else {
        return Err(Stop::usage(format!(
            "there is no question {number}: they are numbered from 1 to {}",
            ASKED.len()
        )));
    };
    print(&mut out, asked)?;
    Ok(())
}

fn print(out: &mut impl Write, asked: &Asked) -> std::io::Result<()> {
    writeln!(out, "{}\n", asked.question)?;
    for command in asked.commands {
        writeln!(out, "command  gridrush {command}")?;
    }
    writeln!(out, "runs     {}", asked.runs)?;
    for (table, columns) in asked.tables {
        writeln!(out, "table    {table}: {}", columns.join(", "))?;
    }
    if !asked.metrics.is_empty() {
        writeln!(out, "numbers  {}", asked.metrics.join(", "))?;
    }
    writeln!(out, "chart    {}", asked.chart)?;
    writeln!(out, "limits   {}", asked.limits)
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::args::Args;

    /// Every command is one that the program takes, on files that are there.
    #[test]
    fn commands_are_taken() {
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        for command in ASKED.iter().flat_map(|asked| asked.commands) {
            let words: Vec<&str> = std::iter::once("gridrush").chain(command.split(' ')).collect();
            if let Err(error) = Args::try_parse_from(&words) {
                panic!("{command}: {error}");
            }
            for file in words.iter().filter(|word| word.starts_with("scenarios/")) {
                assert!(root.join(file).is_file(), "{file}");
            }
        }
    }
}
