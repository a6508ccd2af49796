//! Why a command ended early, and with which exit code.

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
