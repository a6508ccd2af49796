use std::fs;
use std::path::Path;

use gridrush_tables::{
    Batch, Cell, Column, DirectorySink, Frame, Kind, MemorySink, RowSink, Table, TableError, Values,
    parquet_path, read_columns, read_table, scan_table,
};

use crate::sample::{EMPTY, SAMPLE, awkward, plain};

fn written(dir: &Path, batches: &[&Batch]) {
    let mut sink = DirectorySink::create(dir).unwrap();
    for batch in batches {
        sink.write(batch).unwrap();
    }
    sink.finish().unwrap();
}

fn file_names(dir: &Path) -> Vec<String> {
    let entries = fs::read_dir(dir).unwrap();
    let mut names: Vec<_> = entries.map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

fn same_bits(a: &Frame, b: &Frame) {
    assert_eq!(a.len(), b.len());
    for (a, b) in a.columns().iter().zip(b.columns()) {
        assert_eq!((&a.name, a.kind), (&b.name, b.kind));
        match (&a.values, &b.values) {
            (Values::Float(a), Values::Float(b)) => {
                assert!(a.iter().map(|v| v.to_bits()).eq(b.iter().map(|v| v.to_bits())));
            }
            (a, b) => assert_eq!(a, b),
        }
    }
}

#[test]
fn every_kind_comes_back_bit_for_bit() {
    let dir = tempfile::tempdir().unwrap();
    let batch = awkward();
    written(dir.path(), &[&batch]);
    let frame = read_table(dir.path(), "sample").unwrap();
    same_bits(&frame, &Frame::from(&batch));
    assert_eq!(frame.texts("zone").unwrap().get(2), "Šťastný 雪 🌩");
    assert!(frame.floats("load_mw").unwrap()[1].is_nan());
    assert_eq!(frame.integers("t_s").unwrap()[4], i64::MIN);
}

#[test]
fn csv_holds_the_same_values_as_parquet() {
    let dir = tempfile::tempdir().unwrap();
    let batch = awkward();
    written(dir.path(), &[&batch]);
    let mut csv = csv::Reader::from_path(dir.path().join("sample.csv")).unwrap();
    assert_eq!(csv.headers().unwrap(), vec!["time_utc", "t_s", "zone", "load_mw"]);
    let frame = read_table(dir.path(), "sample").unwrap();
    let records: Vec<_> = csv.records().map(Result::unwrap).collect();
    assert_eq!(records.len(), frame.len());
    for (row, record) in records.iter().enumerate() {
        assert_eq!(record[0], format!("2025-01-01T{row:02}:00:00"));
        assert_eq!(record[1].parse::<i64>().unwrap(), frame.integers("t_s").unwrap()[row]);
        assert_eq!(&record[2], frame.texts("zone").unwrap().get(row));
        let (read, kept) = (record[3].parse::<f64>().unwrap(), frame.floats("load_mw").unwrap()[row]);
        assert!(read.to_bits() == kept.to_bits() || read.is_nan() && kept.is_nan(), "{read} {kept}");
    }
}

#[test]
fn bytes_depend_on_rows_alone() {
    let [one, other] = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    let rows = plain(70_000);
    written(one.path(), &[&rows]);
    // The same rows in batches of odd sizes, with the batch reused.
    let mut sink = DirectorySink::create(other.path()).unwrap();
    let mut batch = Batch::new(&SAMPLE);
    for row in 0..rows.len() {
        batch.push(&[
            Cell::Integer(rows.integers("time_utc").unwrap()[row]),
            Cell::Integer(rows.integers("t_s").unwrap()[row]),
            Cell::Text(rows.texts("zone").unwrap().get(row)),
            Cell::Float(rows.floats("load_mw").unwrap()[row]),
        ]);
        if batch.len() == 997 {
            sink.write(&batch).unwrap();
            batch.clear();
        }
    }
    sink.write(&batch).unwrap();
    sink.finish().unwrap();
    for file in ["sample.parquet", "sample.csv"] {
        assert!(
            fs::read(one.path().join(file)).unwrap() == fs::read(other.path().join(file)).unwrap(),
            "{file}"
        );
    }
}

#[test]
fn a_scan_sees_all_rows_in_pieces() {
    let dir = tempfile::tempdir().unwrap();
    let rows = plain(140_000);
    written(dir.path(), &[&rows]);
    let (mut pieces, mut loads) = (0, Vec::new());
    scan_table(dir.path(), "sample", &["load_mw"], |frame| {
        pieces += 1;
        assert_eq!(frame.columns().len(), 1);
        loads.extend_from_slice(frame.floats("load_mw")?);
        Ok::<_, TableError>(())
    })
    .unwrap();
    assert_eq!(pieces, 3);
    assert_eq!(loads, rows.floats("load_mw").unwrap());
    let whole = read_table(dir.path(), "sample").unwrap();
    same_bits(&whole, &Frame::from(&rows));
}

#[test]
fn an_empty_table_is_a_valid_file() {
    let dir = tempfile::tempdir().unwrap();
    let mut sink = DirectorySink::create(dir.path()).unwrap();
    sink.declare(&EMPTY).unwrap();
    let tables = sink.finish().unwrap();
    assert_eq!((tables[0].rows, tables[0].files.len()), (0, 2));
    let frame = read_table(dir.path(), "empty").unwrap();
    assert!(frame.is_empty());
    assert_eq!(frame.columns().len(), 4);
    assert_eq!(fs::read_to_string(dir.path().join("empty.csv")).unwrap(), "time_utc,t_s,zone,load_mw\n");
}

#[test]
fn an_unfinished_sink_leaves_nothing_and_keeps_older_results() {
    let dir = tempfile::tempdir().unwrap();
    written(dir.path(), &[&plain(3)]);
    let before = fs::read(parquet_path(dir.path(), "sample")).unwrap();
    let mut sink = DirectorySink::create(dir.path()).unwrap();
    sink.write(&plain(100_000)).unwrap();
    assert_eq!(file_names(dir.path()).len(), 4);
    drop(sink);
    assert_eq!(file_names(dir.path()), ["sample.csv", "sample.parquet"]);
    assert_eq!(fs::read(parquet_path(dir.path(), "sample")).unwrap(), before);
}

#[test]
fn memory_and_folder_agree() {
    let dir = tempfile::tempdir().unwrap();
    let mut memory = MemorySink::default();
    for batch in [&awkward(), &plain(5)] {
        memory.write(batch).unwrap();
    }
    written(dir.path(), &[&awkward(), &plain(5)]);
    same_bits(&memory.frame("sample").unwrap(), &read_table(dir.path(), "sample").unwrap());
    assert!(memory.frame("other").is_none());
}

#[test]
fn faults_say_what_and_where() {
    let dir = tempfile::tempdir().unwrap();
    let missing = read_table(dir.path(), "sample").unwrap_err();
    assert!(matches!(&missing, TableError::Missing { table, .. } if table == "sample"));

    written(dir.path(), &[&plain(3)]);
    let frame = read_columns(dir.path(), "sample", &["zone", "nothing"]).unwrap();
    let fault = frame.floats("zone").unwrap_err().to_string();
    assert_eq!(fault, "table `sample` has no float column `zone` (it is text)");
    let fault = frame.floats("nothing").unwrap_err().to_string();
    assert_eq!(fault, "table `sample` has no float column `nothing`");

    let path = parquet_path(dir.path(), "sample");
    let bytes = fs::read(&path).unwrap();
    fs::write(&path, &bytes[..bytes.len() / 2]).unwrap();
    let fault = read_table(dir.path(), "sample").unwrap_err();
    assert!(matches!(fault, TableError::Parquet { .. }) && fault.to_string().contains("sample.parquet"));
}

#[test]
fn tables_of_one_name_and_other_columns_do_not_mix() {
    static OTHER: Table = Table {
        name: "sample",
        meaning: "Another.",
        columns: &[Column { name: "x", kind: Kind::Float, unit: "", meaning: "Anything." }],
        csv: false,
    };
    let dir = tempfile::tempdir().unwrap();
    let mut sink = DirectorySink::create(dir.path()).unwrap();
    sink.write(&plain(1)).unwrap();
    let mut batch = Batch::new(&OTHER);
    batch.push(&[Cell::Float(1.0)]);
    assert!(matches!(sink.write(&batch), Err(TableError::Mixed { .. })));
    let mut memory = MemorySink::default();
    memory.write(&batch).unwrap();
    assert!(matches!(memory.write(&plain(1)), Err(TableError::Mixed { .. })));
}

#[test]
#[should_panic(expected = "integer column sample.t_s")]
fn a_cell_of_the_wrong_kind_is_a_mistake_of_the_program() {
    let mut batch = Batch::new(&SAMPLE);
    batch.push(&[Cell::Integer(0), Cell::Float(0.0), Cell::Text(""), Cell::Float(0.0)]);
}
