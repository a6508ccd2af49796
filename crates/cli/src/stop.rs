//! Why a command ended early, and with which exit code.

use std::fmt;

use gridrush_sim::scenario::Fault;

/// Why a command ended early.
#[derive(Debug)]
pub enum Stop {
    /// The input is wrong; nothing was written.
    Input(Vec<Fault>),
    /// The arguments make no sense, or a file cannot be found or read.
    Usage(String),
    /// Work that was begun failed.
    Failed(anyhow::Error),
}

impl Stop {
    /// Wrong arguments or unreadable input.
    pub fn usage(message: impl Into<String>) -> Stop {
        Stop::Usage(message.into())
    }
}

impl fmt::Display for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Stop::Input(faults) => {
                let faults: Vec<String> = faults.iter().map(ToString::to_string).collect();
                f.write_str(&faults.join("; "))
            }
            Stop::Usage(message) => f.write_str(message),
            Stop::Failed(error) => write!(f, "{error:#}"),
        }
    }
}

impl From<anyhow::Error> for Stop {
    fn from(error: anyhow::Error) -> Stop {
        Stop::Failed(error)
    }
}

impl From<std::io::Error> for Stop {
    fn from(error: std::io::Error) -> Stop {
        Stop::Failed(error.into())
    }
}
