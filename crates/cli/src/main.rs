use clap::Parser;
#[path = "commands/calibrate.rs"]
mod calibrate;
#[derive(Parser)]
enum Cli {
    Calibrate(calibrate::CalibrateArgs),
}
fn main() -> anyhow::Result<()> {
    let Cli::Calibrate(a) = Cli::parse();
    calibrate::run(&a)
}
