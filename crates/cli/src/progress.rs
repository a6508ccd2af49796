//! How far work is: a bar on a terminal, a line every tenth when piped, nothing when not wanted.
//!
//! Everything goes to standard error, so results on standard output stay clean.

use std::io::{IsTerminal, Write};
use std::sync::Mutex;
use std::time::Instant;

use indicatif::{ProgressBar, ProgressStyle};

/// Shows how far work is. Can be shared between threads.
pub struct Progress {
    title: String,
    how: How,
    started: Instant,
}

enum How {
    Nothing,
    Bar(ProgressBar),
    Lines { total: u64, last_tenth: Mutex<u64> },
}

impl Progress {
    /// Shows work of `total` steps, each called `unit`.
    pub fn new(title: &str, unit: &str, total: u64, wanted: bool) -> Progress {
        let how = if !wanted {
            How::Nothing
        } else if std::io::stderr().is_terminal() {
            let bar = ProgressBar::new(total);
            let template =
                format!("{{msg}} [{{bar:32}}] {{percent:>3}} %  {{human_pos}} {unit}  ETA {{eta}}");
            if let Ok(style) = ProgressStyle::with_template(&template) {
                bar.set_style(style.progress_chars("=> "));
            }
            bar.set_message(title.to_owned());
            How::Bar(bar)
        } else {
            How::Lines { total: total.max(1), last_tenth: Mutex::new(0) }
        };
        Progress { title: title.to_owned(), how, started: Instant::now() }
    }

    /// Says that `done` steps are done.
    pub fn at(&self, done: u64) {
        match &self.how {
            How::Nothing => {}
            How::Bar(bar) => bar.set_position(done),
            How::Lines { total, last_tenth } => {
                let tenth = (10 * done / total).min(10);
                let mut last = last_tenth.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
                if tenth > *last {
                    *last = tenth;
                    let seconds = self.started.elapsed().as_secs_f64();
                    // A closed standard error is no reason to stop.
                    let _ =
                        writeln!(std::io::stderr(), "{}: {} % after {seconds:.1} s", self.title, 10 * tenth);
                }
            }
        }
    }

    /// Removes the bar.
    pub fn finish(&self) {
        if let How::Bar(bar) = &self.how {
            bar.finish_and_clear();
        }
    }
}
