//! `gridrush brief` and `gridrush ask`.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use crate::gridrush;

/// What a command says on standard error, with its exit code.
fn refused(arguments: &[&str]) -> (Option<i32>, String) {
    let output = gridrush().args(arguments).output().expect("runs");
    (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
}

fn made(dir: &Path, arguments: &[&str]) -> String {
    let mut command = gridrush();
    command.args(["brief", "--region", "testbed", "--no-progress", "-o"]).arg(dir).args(arguments);
    let output = command.output().expect("runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("text")
}

/// The stored files of an archive, read from its local headers.
fn files(zip: &[u8]) -> BTreeMap<String, String> {
    let number = |at: usize, length: usize| {
        zip[at..at + length].iter().rev().fold(0, |sum, byte| (sum << 8) | usize::from(*byte))
    };
    let (mut out, mut at) = (BTreeMap::new(), 0);
    while zip[at..].starts_with(b"PK\x03\x04") {
        let (size, name) = (number(at + 18, 4), number(at + 26, 2));
        let text =
            |from: usize, length: usize| String::from_utf8(zip[from..from + length].to_vec()).expect("UTF-8");
        out.insert(text(at + 30, name), text(at + 30 + name, size));
        at += 30 + name + size;
    }
    out
}

/// Rows of a CSV file by column; quotes are taken off.
fn rows(text: &str) -> Vec<BTreeMap<String, String>> {
    let mut records: Vec<Vec<String>> = vec![vec![String::new()]];
    let mut quoted = false;
    for letter in text.chars() {
        let record = records.last_mut().expect("one at least");
        match letter {
            '"' => quoted = !quoted,
            ',' if !quoted => record.push(String::new()),
            '\n' if !quoted => records.push(vec![String::new()]),
            other => record.last_mut().expect("one at least").push(other),
        }
    }
    let head = records.remove(0);
    let full = records.into_iter().filter(|record| record.len() == head.len());
    full.map(|record| head.iter().cloned().zip(record).collect()).collect()
}

/// The text of the first element of a class.
fn element<'a>(page: &'a str, class: &str) -> &'a str {
    let (_, rest) = page.split_once(&format!("class=\"{class}\">")).unwrap_or_else(|| panic!("no {class}"));
    rest.split_once('<').expect("an end").0
}

#[test]
fn sentence_chart_and_tables_agree() {
    let dir = tempfile::tempdir().expect("folder");
    let printed = made(dir.path(), &["--policy", "aep_ohio_dct", "--pairs", "6", "--years", "2"]);
    let page = fs::read_to_string(dir.path().join("brief.html")).expect("a page");
    let zip = fs::read(dir.path().join("tables.zip")).expect("an archive");
    let files = files(&zip);
    let table = |name: &str| rows(&files[name]);
    let number = |text: &str| text.replace(',', "").parse::<f64>().unwrap_or_else(|_| panic!("{text}"));

    // The sentence stands on the page, in the table of words and on the terminal.
    let sentence = element(&page, "answer").replace("&amp;", "&");
    let text = table("text.csv");
    let said = |section: &str| {
        let row = text.iter().find(|row| row["section"] == section).unwrap_or_else(|| panic!("no {section}"));
        row["text"].clone()
    };
    assert_eq!(sentence, said("answer"));
    assert!(printed.contains(&sentence), "{printed}");
    assert!(said("banner").contains("Law of AEP Ohio tried on Testbed:"));
    assert_eq!(page.matches("class=\"banner\"").count(), 2, "on every sheet");

    // Its numbers are those of table answer, which are those of the pairs.
    let answer = &table("answer.csv")[0];
    let pairs = table("pairs.csv");
    let differences = |part: &str| -> Vec<f64> {
        pairs.iter().filter(|row| row["part"] == part).map(|row| number(&row["difference"])).collect()
    };
    let (best, draws) = (differences("best guesses"), differences("draw"));
    assert_eq!((best.len(), draws.len()), (2, 4));
    let mean = best.iter().sum::<f64>() / 2.0;
    assert!((mean - number(&answer["difference"])).abs() <= 1e-9 * mean.abs().max(1e-9));
    let (low, high) =
        draws.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), &x| (l.min(x), h.max(x)));
    assert_eq!((low, high), (number(&answer["total_low"]), number(&answer["total_high"])));
    let clear = matches!(answer["finding"].as_str(), "higher" | "lower");
    let nothing = answer["finding"] == "no difference in any pair";
    assert_eq!(sentence.contains("not distinguishable from zero"), !clear && !nothing, "{sentence}");
    if !nothing {
        let (_, rest) = sentence.split_once("total interval ").expect("an interval");
        let mut words = rest.split(' ');
        let shown = [words.next(), words.nth(1)].map(|word| number(word.expect("an end")));
        for (shown, exact) in shown.into_iter().zip([low, high]) {
            assert!((shown - exact).abs() <= 0.0051 * exact.abs(), "{shown} for {exact}");
        }
    }
    // Every pair is a dot of the chart.
    let (_, chart) = page.split_once("<svg").expect("a chart");
    let chart = chart.split_once("</svg>").expect("an end").0;
    assert_eq!(chart.matches("<circle").count(), 6);
    // The table on the page has the numbers of the archive.
    let bill = table("classes.csv").into_iter().find(|row| row["metric"] == answer["metric"]).expect("a row");
    assert_eq!(bill["difference"], answer["difference"]);
    for name in ["metrics", "values", "drivers", "draws", "policy", "grade", "facts"] {
        assert!(!table(&format!("{name}.csv")).is_empty(), "{name}");
    }
    for name in ["dictionary.md", "without.toml", "with.toml"] {
        assert!(!files[name].is_empty(), "{name}");
    }
    for loads in ["src=", "href=", "url(", "@import", "<script"] {
        assert!(!page.contains(loads), "nothing is loaded from elsewhere: {loads}");
    }

    // The line that it shows makes it again, to the byte, on any number of threads.
    let rerun = element(&page, "rerun").replace("&quot;", "\"");
    let again = tempfile::tempdir().expect("folder");
    let mut words: Vec<&str> = rerun.split(' ').skip(1).collect();
    let folder = again.path().display().to_string();
    words.extend(["--no-progress", "-j", "1", "-o", &folder]);
    assert!(gridrush().args(words).output().expect("runs").status.success(), "{rerun}");
    for file in ["brief.html", "tables.zip"] {
        let [first, second] = [dir.path(), again.path()].map(|dir| fs::read(dir.join(file)).expect("a file"));
        assert!(first == second, "{file} differs");
    }
}

#[test]
fn a_budget_of_a_second_makes_a_brief() {
    let dir = tempfile::tempdir().expect("folder");
    let arguments = ["--policy", "china_ban", "--against", "none", "--budget", "1s"];
    let printed = made(dir.path(), &arguments);
    assert!(
        printed.contains("pairs ") && printed.contains("time ") && printed.contains("--pairs "),
        "{printed}"
    );
    let page = fs::read_to_string(dir.path().join("brief.html")).expect("a page");
    assert!(page.contains("provisional") && page.contains("Confidence: "), "few draws are called few");
}

#[test]
fn what_cannot_act_there_is_refused_with_the_reason() {
    for (policy, why) in
        [("p07", "duty to hold capacity"), ("p42", "is about plants"), ("ny_pow", "generation of their own")]
    {
        let (code, said) = refused(&["brief", "--region", "texas", "--policy", policy]);
        assert_eq!(code, Some(2), "{policy}");
        assert!(said.contains(why), "{said}");
        assert!(said.contains("policies that can:") && said.contains("p10_ercot_llis"), "{said}");
    }
}

#[test]
fn wrong_names_are_answered_with_the_nearest() {
    for (arguments, near) in [
        (["--region", "texsa", "--policy", "p20"], "did you mean texas?"),
        (["--region", "texas", "--policy", "aep_ohoi_dct"], "did you mean p20_aep_ohio_dct?"),
        (["--region", "texas", "--policy", "p0"], "could be"),
    ] {
        let (code, said) = refused(&[&["brief"], &arguments[..]].concat());
        assert_eq!(code, Some(2), "{said}");
        assert!(said.contains(near), "{said}");
    }
    let base = ["brief", "--region", "testbed", "--policy", "p20"];
    for (more, near) in [
        (["--question", "who-pay"], "did you mean who-pays?"),
        (["--against", "curent"], "there is no policy `curent`"),
        (["--against", "p20"], "is the policy itself"),
        (["--budget", "10"], "such as 90s"),
        (["-p", "arivals.scale=2"], "arivals"),
    ] {
        let (code, said) = refused(&[&base[..], &more].concat());
        assert_eq!(code, Some(2), "{said}");
        assert!(said.contains(near), "{said}");
    }
}

#[test]
fn ten_questions_are_listed_and_shown() {
    let output = gridrush().arg("ask").output().expect("runs");
    let list = String::from_utf8(output.stdout).expect("text");
    assert!((1..=10).all(|number| list.contains(&format!("{number}. "))), "{list}");
    assert!(list.lines().filter(|line| line.starts_with("      gridrush ")).count() >= 10, "{list}");
    let output = gridrush().args(["ask", "3"]).output().expect("runs");
    let one = String::from_utf8(output.stdout).expect("text");
    for part in ["command  gridrush plan", "table    bitcoin_daily", "chart", "limits"] {
        assert!(one.contains(part), "{part} in {one}");
    }
    assert_eq!(refused(&["ask", "11"]).0, Some(2));
}
