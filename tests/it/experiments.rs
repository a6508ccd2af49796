//! Experiments on the command line: the same bytes however a plan is run, and no good part ever lost.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use crate::{gridrush, root};

/// Two months on 24 buses, four cells of three replications in six parts.
const EXPERIMENT: &str = r#"schema = 1
name = "small"
scenario = "base.toml"
replications = 3
replications_per_part = 2
bootstrap_draws = 200
compare = "studies"

[[factors]]
name = "gas"
unit = "$/MMBtu"
path = "fuel.gas_usd_per_mmbtu"
values = [3.5, 7.0]

[[factors]]
name = "studies"
[[factors.levels]]
name = "as_it_is"
[[factors.levels]]
name = "other"
set = ["dispatch.security=n0", "dispatch.reserve=[[50.0, 400.0]]"]

[[measures]]
name = "price"
metric = "price_usd_per_mwh"
better = "low"
half_width = 0.001
"#;

/// A folder with the experiment and its base scenario.
fn folder() -> tempfile::TempDir {
    let dir = tempfile::tempdir().expect("folder");
    let base = fs::read_to_string(root().join("scenarios/quickstart.toml")).expect("quickstart");
    fs::write(dir.path().join("base.toml"), base.replace("end = 2028-01-01", "end = 2025-03-01"))
        .expect("file");
    fs::write(dir.path().join("small.toml"), EXPERIMENT).expect("file");
    dir
}

struct Said {
    code: i32,
    out: String,
    err: String,
}

fn run(dir: &Path, arguments: &[&str]) -> Said {
    finished(gridrush().current_dir(dir).args(arguments))
}

fn finished(command: &mut assert_cmd::Command) -> Said {
    let output = command.output().expect("runs");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("text");
    Said { code: output.status.code().unwrap_or(-1), out: text(output.stdout), err: text(output.stderr) }
}

fn succeed(dir: &Path, arguments: &[&str]) -> String {
    let said = run(dir, arguments);
    assert_eq!(said.code, 0, "{arguments:?}: {}{}", said.out, said.err);
    said.out
}

fn planned() -> tempfile::TempDir {
    let dir = folder();
    succeed(dir.path(), &["plan", "small.toml", "-o", "out", "--probe", "0"]);
    dir
}

/// All files below a folder but the plan, which names where its inputs lie.
fn files(dir: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut out = BTreeMap::new();
    for sub in ["", "parts"] {
        for entry in fs::read_dir(dir.join(sub)).expect("folder") {
            let path = entry.expect("entry").path();
            if path.is_file() {
                let name = path.strip_prefix(dir).expect("below").to_owned();
                out.insert(name, fs::read(&path).expect("file"));
            }
        }
    }
    out
}

/// The results of running the plan on one thread.
fn reference() -> (tempfile::TempDir, BTreeMap<PathBuf, Vec<u8>>) {
    let dir = planned();
    succeed(dir.path(), &["resume", "out/plan.json", "-j", "1", "--no-progress"]);
    let files = files(&dir.path().join("out"));
    (dir, files)
}

fn assert_same(found: &BTreeMap<PathBuf, Vec<u8>>, expected: &BTreeMap<PathBuf, Vec<u8>>, how: &str) {
    let names = |files: &BTreeMap<PathBuf, Vec<u8>>| files.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(found), names(expected), "{how}");
    for (name, bytes) in expected {
        assert!(found[name] == *bytes, "{how}: {}", name.display());
    }
}

#[test]
fn shards_threads_order_and_kills_leave_the_same_bytes() {
    let (one, expected) = reference();
    assert!(expected.contains_key(Path::new("measures.csv")));
    assert_eq!(expected.keys().filter(|name| name.starts_with("parts")).count(), 12);

    let sharded = planned();
    for shard in ["2/3", "0/3", "1/3"] {
        let arguments = ["batch", "--plan", "out/plan.json", "--shard", shard, "-j", "2", "--shuffle", "5"];
        succeed(sharded.path(), &[&arguments[..], &["--no-progress"]].concat());
    }
    succeed(sharded.path(), &["merge", "--plan", "out/plan.json"]);
    assert_same(&files(&sharded.path().join("out")), &expected, "three shards");

    // Killed at instants that differ; more of them in tests/long.sh.
    let killed = planned();
    for wait_ms in [30, 120, 250, 400] {
        let mut child = Command::new(env!("CARGO_BIN_EXE_gridrush"))
            .current_dir(killed.path())
            .args(["resume", "out/plan.json", "-j", "2", "--no-progress"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("starts");
        sleep(Duration::from_millis(wait_ms));
        // It may have ended by itself.
        let _ = child.kill();
        child.wait().expect("ends");
    }
    succeed(killed.path(), &["resume", "out/plan.json", "--no-progress"]);
    assert_same(&files(&killed.path().join("out")), &expected, "killed and resumed");

    // A cell comes out the same when it is run alone, and its run when it is run again.
    let again = succeed(
        one.path(),
        &["rerun", "out/manifest.json", "--cell", "2", "--replication", "1", "--no-progress"],
    );
    assert!(again.contains("identical") && again.contains("closing numbers"), "{again}");
    let run = "out/rerun-cell-2-replication-1";
    let twice = succeed(one.path(), &["rerun", &format!("{run}/manifest.json"), "--no-progress"]);
    assert!(twice.contains("identical") && twice.contains("files"), "{twice}");
    let scenario = one.path().join(run).join("scenario.toml");
    let text = fs::read_to_string(&scenario).expect("file");
    fs::write(&scenario, text.replace("seed = 1", "seed = 2")).expect("file");
    let said = self::run(one.path(), &["rerun", &format!("{run}/manifest.json"), "--no-progress"]);
    assert!(said.code == 2 && said.err.contains("is not the scenario of the manifest"), "{}", said.err);
}

#[test]
fn a_plan_says_what_it_takes_before_it_starts() {
    let dir = folder();
    let out = succeed(dir.path(), &["plan", "small.toml", "-o", "out", "--dry-run", "-j", "2"]);
    for text in
        ["gas [$/MMBtu]", "as_it_is", "4 with 12 replications in all", "6 of up to 2", "expected time", "MB"]
    {
        assert!(out.contains(text), "{text}: {out}");
    }
    assert!(!dir.path().join("out").exists(), "a dry run writes nothing");
    let measured = ["plan", "small.toml", "-o", "out", "--replication-time", "600", "-j", "2"];
    let out = succeed(dir.path(), &measured);
    assert!(out.contains("about 60 min on 2 threads"), "{out}");
    let first = fs::read(dir.path().join("out/plan.json")).expect("plan");
    succeed(dir.path(), &measured);
    assert_eq!(
        fs::read(dir.path().join("out/plan.json")).expect("plan"),
        first,
        "a plan is a function of its inputs"
    );
}

#[test]
fn faults_of_an_experiment_and_of_its_cells_come_with_their_places() {
    let dir = folder();
    let path = dir.path().join("small.toml");
    fs::write(
        &path,
        EXPERIMENT.replace("compare = ", "compar = ").replace("better = \"low\"", "better = \"lo\""),
    )
    .expect("file");
    let said = run(dir.path(), &["plan", "small.toml", "-o", "out"]);
    assert!(said.code == 2 && said.err.contains("small.toml:7:1: compar is not a known key"), "{}", said.err);
    assert!(said.err.contains("did you mean compare?") && said.err.contains("2 faults"), "{}", said.err);
    let wrong =
        EXPERIMENT.replace("fuel.gas_usd_per_mmbtu", "fuel.gas_usd_per_mmbtw").replace("7.0]", "-1.0]");
    fs::write(&path, wrong).expect("file");
    let said = run(dir.path(), &["validate", "small.toml"]);
    let told =
        said.err.contains("cell (gas 3.5, studies as_it_is):") && said.err.contains("gas_usd_per_mmbtw");
    assert!(said.code == 2 && told, "{}", said.err);
    assert!(!dir.path().join("out").exists());
}

#[test]
fn a_changed_scenario_is_found_before_anything_runs() {
    let dir = planned();
    let arguments = ["batch", "--plan", "out/plan.json", "--shard", "0/2", "--no-progress"];
    succeed(dir.path(), &arguments);
    let before = files(&dir.path().join("out"));
    let base = dir.path().join("base.toml");
    let text = fs::read_to_string(&base).expect("file");
    fs::write(&base, text.replace("requested_mw = 150", "requested_mw = 151")).expect("file");
    let said = run(dir.path(), &["resume", "out/plan.json", "--no-progress"]);
    assert!(
        said.code == 2 && said.err.contains("the scenario changed since the plan was made"),
        "{}",
        said.err
    );
    assert_same(&files(&dir.path().join("out")), &before, "after the refusal");
    fs::write(&base, text).expect("file");
    succeed(dir.path(), &["resume", "out/plan.json", "--no-progress"]);

    let plan = dir.path().join("out/plan.json");
    let text = fs::read_to_string(&plan).expect("file");
    fs::write(&plan, text.replace("\"replications\": 3", "\"replications\": 4")).expect("file");
    let said = run(dir.path(), &["resume", "out/plan.json", "--no-progress"]);
    assert!(said.code == 2 && said.err.contains("the plan was changed after it was made"), "{}", said.err);
}

#[test]
fn damage_and_gaps_are_named_and_resume_repairs_them() {
    let (dir, expected) = reference();
    let parts = dir.path().join("out/parts");
    let damaged = parts.join("part-000001-of-000006.parquet");
    let mut bytes = fs::read(&damaged).expect("file");
    let middle = bytes.len() / 2;
    bytes[middle] ^= 0xff;
    fs::write(&damaged, bytes).expect("file");
    fs::remove_file(parts.join("part-000003-of-000006.json")).expect("file");
    let said = run(dir.path(), &["merge", "--plan", "out/plan.json"]);
    for text in [
        "2 of 6 parts",
        "part-000001-of-000006: its bytes",
        "part-000003-of-000006 is missing",
        "gridrush resume",
    ] {
        assert!(said.code == 2 && said.err.contains(text), "{text}: {}", said.err);
    }
    let said = run(dir.path(), &["resume", "out/plan.json", "--no-progress"]);
    assert!(said.code == 0 && said.err.contains("it is run again"), "{}", said.err);
    assert_same(&files(&dir.path().join("out")), &expected, "repaired");

    // Parts of another plan are left alone.
    let other = folder();
    fs::write(
        other.path().join("small.toml"),
        EXPERIMENT.replace("replications = 3", "replications = 2\nseed = 9"),
    )
    .expect("file");
    succeed(other.path(), &["plan", "small.toml", "-o", "out", "--probe", "0"]);
    let plan = fs::read_to_string(other.path().join("out/plan.json")).expect("plan");
    let mine = dir.path().join("out/plan.json");
    let kept = fs::read(&mine).expect("plan");
    fs::write(&mine, plan).expect("plan");
    for part in 0..4 {
        for end in ["json", "parquet"] {
            let name = |of: u32| parts.join(format!("part-{part:06}-of-{of:06}.{end}"));
            fs::copy(name(6), name(4)).expect("file");
        }
    }
    let said = run(dir.path(), &["resume", "out/plan.json", "--no-progress"]);
    assert!(said.code == 2 && said.err.contains("belongs to another plan"), "{}", said.err);
    fs::write(&mine, kept).expect("plan");
    succeed(dir.path(), &["merge", "--plan", "out/plan.json"]);
}

/// A limit on the size of files stands for a full disk: parts are larger than a kilobyte.
#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_stops_the_batch_with_its_reason() {
    let dir = planned();
    succeed(dir.path(), &["batch", "--plan", "out/plan.json", "--shard", "0/3", "--no-progress"]);
    let limited = format!(
        "trap '' XFSZ; ulimit -f 1; exec '{}' batch --plan out/plan.json --no-progress",
        env!("CARGO_BIN_EXE_gridrush")
    );
    let output = Command::new("bash").current_dir(dir.path()).args(["-c", &limited]).output().expect("bash");
    let err = String::from_utf8(output.stderr).expect("text");
    assert_eq!(output.status.code(), Some(1), "{err}");
    assert!(err.contains("2 of 6 parts are finished and stay") && err.contains("File too large"), "{err}");
    let left = fs::read_dir(dir.path().join("out/parts")).expect("folder").count();
    assert_eq!(left, 4, "nothing half-written is left");
    succeed(dir.path(), &["resume", "out/plan.json", "--no-progress"]);
}

#[cfg(target_os = "linux")]
#[test]
fn a_read_only_folder_is_refused_before_anything_runs() {
    use std::os::unix::fs::PermissionsExt;

    let dir = planned();
    let out = dir.path().join("out");
    let parts = out.join("parts");
    fs::create_dir(&parts).expect("folder");
    let mode = |path: &Path, mode| {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("permissions");
    };
    mode(dir.path(), 0o755);
    mode(&parts, 0o555);
    // The system's owner may write everywhere, so it becomes somebody else.
    let program = env!("CARGO_BIN_EXE_gridrush");
    let arguments = ["batch", "--plan", "out/plan.json", "--no-progress"];
    let can_write = fs::write(parts.join("x"), "").is_ok();
    let mut command = if can_write {
        fs::remove_file(parts.join("x")).expect("file");
        let copy = dir.path().join("gridrush");
        fs::copy(program, &copy).expect("copy");
        let mut command = Command::new("setpriv");
        command.args(["--reuid=65534", "--regid=65534", "--clear-groups"]).arg(copy);
        command
    } else {
        Command::new(program)
    };
    let output = match command.current_dir(dir.path()).args(arguments).output() {
        Ok(output) => output,
        Err(error) => {
            println!("skipped: no way to become another user: {error}");
            return;
        }
    };
    mode(&parts, 0o755);
    let err = String::from_utf8(output.stderr).expect("text");
    assert_eq!(output.status.code(), Some(1), "{err}");
    assert!(err.contains("cannot write") && err.contains("Permission denied"), "{err}");
    assert_eq!(fs::read_dir(&parts).expect("folder").count(), 0);
}

#[test]
fn a_scheduler_says_which_shard() {
    let dir = planned();
    let slurm = |id: &str, most: &str, count: &str| {
        finished(
            gridrush()
                .current_dir(dir.path())
                .args(["batch", "--plan", "out/plan.json", "--shard", "auto", "--no-progress"])
                .env("SLURM_ARRAY_TASK_ID", id)
                .env("SLURM_ARRAY_TASK_MIN", "1")
                .env("SLURM_ARRAY_TASK_MAX", most)
                .env("SLURM_ARRAY_TASK_COUNT", count),
        )
    };
    let said = slurm("3", "7", "4");
    assert!(said.code == 2 && said.err.contains("gaps or steps would lose parts"), "{}", said.err);
    for id in ["1", "2"] {
        assert_eq!(slurm(id, "2", "2").code, 0);
    }
    succeed(dir.path(), &["merge", "--plan", "out/plan.json"]);
    let said = run(dir.path(), &["batch", "--plan", "out/plan.json", "--shard", "3/3"]);
    assert!(said.code == 2 && said.err.contains("write i/n"), "{}", said.err);
}

#[test]
fn scripts_for_clusters_are_complete() {
    let dir = planned();
    for engine in ["slurm", "dask"] {
        let arguments = ["submit", engine, "--plan", "out/plan.json", "--shards", "4", "--print"];
        let text = succeed(dir.path(), &arguments);
        assert!(!text.contains('@') || engine == "dask" && !text.contains("@N"), "{text}");
        assert!(text.contains("plan.json") && text.contains("merge"), "{text}");
        let said = run(dir.path(), &arguments[..6]);
        assert!(said.code == 2 && said.err.contains("--print"), "{}", said.err);
        let (checker, name) = if engine == "slurm" { ("sh", "x.sh") } else { ("python3", "x.py") };
        fs::write(dir.path().join(name), &text).expect("file");
        let how: &[&str] = if engine == "slurm" { &["-n"] } else { &["-m", "py_compile"] };
        match Command::new(checker).current_dir(dir.path()).args(how).arg(name).output() {
            Ok(output) => assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr)),
            Err(_) => println!("skipped: {checker} is not here"),
        }
    }
    let many = ["submit", "slurm", "--plan", "out/plan.json", "--shards", "7", "--print"];
    let said = run(dir.path(), &many);
    assert!(said.code == 2 && said.err.contains("the plan has 6 parts"), "{}", said.err);
}

/// The one-liner of the documentation reads the tidy table at once.
#[test]
fn duckdb_reads_the_tables() {
    let (dir, _) = reference();
    let text = fs::read_to_string(root().join("docs/experiments.md")).expect("page");
    let line = text.lines().find(|line| line.trim_start().starts_with("duckdb -c ")).expect("the one-liner");
    let query = line.split_once('"').and_then(|(_, rest)| rest.rsplit_once('"')).expect("in quotes").0;
    let query = query.replace("output/my-experiment", "out");
    match Command::new("duckdb").current_dir(dir.path()).args(["-csv", "-c", &query]).output() {
        Ok(output) => {
            let out = String::from_utf8_lossy(&output.stdout);
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
            assert_eq!(out.lines().count(), 5, "a head and four cells: {out}");
        }
        Err(_) => println!("SKIPPED: duckdb is not here; tests/long.sh experiments asks it through Python"),
    }
}

#[test]
fn uncertain_parameters_and_other_designs_go_all_the_way() {
    let dir = folder();
    let ranged = EXPERIMENT
        .replace("replications = 3", "replications = 2\nrange_draws = 100")
        .replace(", 7.0]", "]")
        + "[[ranges]]\npath = \"fuel.coal_usd_per_mmbtu\"\ntag = \"S2\"\n[[ranges]]\npath = \"load.growth_percent_per_year\"\npercent = 40.0\n";
    let short =
        fs::read_to_string(dir.path().join("base.toml")).expect("file").replace("2025-03-01", "2025-01-04");
    let short = short
        .replace("filed = 2025-02-01", "filed = 2025-01-02")
        .replace("filed = 2025-01-15", "filed = 2025-01-02");
    fs::write(dir.path().join("base.toml"), short).expect("file");
    fs::write(dir.path().join("small.toml"), &ranged).expect("file");
    succeed(dir.path(), &["plan", "small.toml", "-o", "ranged", "--probe", "0"]);
    let out = succeed(dir.path(), &["resume", "ranged/plan.json", "--no-progress"]);
    assert!(out.contains("; total ") && out.contains("% of draws higher"), "{out}");
    let answers = fs::read_to_string(dir.path().join("ranged/answers.md")).expect("answers");
    assert!(out.contains(answers.trim()), "what is printed is what is written");
    let drivers = fs::read_to_string(dir.path().join("ranged/drivers.csv")).expect("table");
    assert!(drivers.contains("fuel.coal_usd_per_mmbtu") && drivers.contains("S2"), "{drivers}");

    let sobol = r#"schema = 1
name = "sobol"
scenario = "base.toml"
design = "sobol"
points = 8
replications = 1
[[factors]]
name = "gas"
path = "fuel.gas_usd_per_mmbtu"
low = 2.0
high = 8.0
[[factors]]
name = "growth"
path = "load.growth_percent_per_year"
low = 0.0
high = 3.0
[[measures]]
name = "price"
metric = "price_usd_per_mwh"
"#;
    fs::write(dir.path().join("sobol.toml"), sobol).expect("file");
    let out = succeed(dir.path(), &["plan", "sobol.toml", "-o", "sobol", "--probe", "0"]);
    assert!(out.contains("32 with 32 replications"), "{out}");
    succeed(dir.path(), &["resume", "sobol/plan.json", "--no-progress"]);
    let indices = fs::read_to_string(dir.path().join("sobol/indices.csv")).expect("table");
    let gas = indices.lines().find(|line| line.contains("gas")).expect("a row");
    let total: f64 = gas.split(',').nth(6).and_then(|x| x.parse().ok()).expect("a number");
    assert!(total > 0.5, "gas sets the price: {indices}");

    let cube = sobol
        .replace("\"sobol\"", "\"latin-hypercube\"")
        .replace("name = \"latin-hypercube\"", "name = \"cube\"");
    fs::write(dir.path().join("cube.toml"), cube).expect("file");
    let out = succeed(dir.path(), &["plan", "cube.toml", "-o", "cube", "--probe", "0", "--dry-run"]);
    assert!(out.contains("8 with 8 replications"), "{out}");
}

#[test]
fn a_comparison_goes_on_until_the_half_width() {
    let dir = folder();
    let other = "schema = 1\nbase = \"base.toml\"\nname = \"dear\"\n[fuel]\ngas_usd_per_mmbtu = 7.0\n";
    fs::write(dir.path().join("dear.toml"), other).expect("file");
    let compare = |width: &str, most: &str| {
        let goal = format!("price_usd_per_mwh={width}");
        let fixed = ["compare", "base.toml", "dear.toml", "-n", "3", "-o", "out", "--no-progress"];
        run(dir.path(), &[&fixed[..], &["--half-width", &goal, "--at-most", most]].concat())
    };
    let said = compare("1000", "9");
    assert!(said.code == 0 && said.out.contains("4 of each of 2 arms"), "{}{}", said.out, said.err);
    assert!(said.out.contains("pairing x "), "{}", said.out);
    let said = compare("0.000001", "7");
    assert!(said.code == 0 && said.out.contains("7 of each of 2 arms"), "{}{}", said.out, said.err);
    let head = fs::read_to_string(dir.path().join("out/differences.csv")).expect("table");
    assert!(head.starts_with("arm,metric,unit,replications,") && head.contains("p_holm"), "{head}");
    let said =
        run(dir.path(), &["compare", "base.toml", "-n", "2", "--half-width", "nothing=1", "--no-progress"]);
    assert!(said.code == 2 && said.err.contains("no run has a metric nothing"), "{}", said.err);
}
