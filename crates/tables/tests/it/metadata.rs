use std::fs;

use gridrush_tables::{
    DataFile, DirectorySink, Manifest, Provenance, RowSink, dictionary, parquet_path, sha256, sha256_of_file,
    write_dictionary,
};
use parquet::file::reader::{FileReader, SerializedFileReader};

use crate::sample::{EMPTY, SAMPLE, plain};

#[test]
fn sha256_of_the_standard_examples() {
    // FIPS 180-4 examples: the empty message and "abc".
    assert_eq!(sha256(b""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    assert_eq!(sha256(b"abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("big");
    let bytes = vec![7; 200_001];
    fs::write(&path, &bytes).unwrap();
    assert_eq!(sha256_of_file(&path).unwrap(), sha256(&bytes));
}

#[test]
fn the_manifest_lists_the_files_with_their_hashes() {
    let dir = tempfile::tempdir().unwrap();
    let mut sink = DirectorySink::create(dir.path()).unwrap();
    sink.write(&plain(10)).unwrap();
    sink.declare(&EMPTY).unwrap();
    let mut manifest = Manifest {
        version: "0.1.0".into(),
        scenario: "texas".into(),
        scenario_sha256: sha256(b"schema = 1"),
        seed: u64::MAX,
        replication: 3,
        generator: "Pcg64Dxsm".into(),
        data: vec![DataFile { name: "buses.csv".into(), source: "built in".into(), sha256: sha256(b"") }],
        repairs: Vec::new(),
        tables: Vec::new(),
    };
    manifest.add_tables(&sink.finish().unwrap());
    manifest.write(dir.path()).unwrap();
    let text = fs::read_to_string(dir.path().join("manifest.json")).unwrap();
    assert!(text.contains("\"seed\": \"18446744073709551615\""), "{text}");
    let read = Manifest::read(dir.path()).unwrap();
    assert_eq!(read, manifest);
    let files: Vec<_> = read.tables.iter().map(|t| (t.table.as_str(), t.file.as_str(), t.rows)).collect();
    let (empty, sample) = ("empty", "sample");
    assert_eq!(
        files,
        [
            (empty, "empty.parquet", 0),
            (empty, "empty.csv", 0),
            (sample, "sample.parquet", 10),
            (sample, "sample.csv", 10),
        ]
    );
    for table in &read.tables {
        assert_eq!(sha256_of_file(&dir.path().join(&table.file)).unwrap(), table.sha256);
    }
}

#[test]
fn the_parquet_file_carries_the_declaration() {
    let dir = tempfile::tempdir().unwrap();
    let mut sink = DirectorySink::create(dir.path()).unwrap();
    sink.write(&plain(2)).unwrap();
    sink.finish().unwrap();
    let reader =
        SerializedFileReader::new(fs::File::open(parquet_path(dir.path(), "sample")).unwrap()).unwrap();
    let metadata = reader.metadata().file_metadata().key_value_metadata().unwrap();
    let columns = metadata.iter().find(|entry| entry.key == "gridrush.columns").unwrap();
    let columns: serde_json::Value = serde_json::from_str(columns.value.as_ref().unwrap()).unwrap();
    for (column, read) in SAMPLE.columns.iter().zip(columns.as_array().unwrap()) {
        assert_eq!(
            [&read["name"], &read["type"], &read["unit"], &read["meaning"]],
            [column.name, &column.kind.to_string(), column.unit, column.meaning]
        );
    }
    assert_eq!(columns.as_array().unwrap().len(), 4);
}

#[test]
fn provenance_stays_apart() {
    let dir = tempfile::tempdir().unwrap();
    let provenance = Provenance { host: None, threads: 2, elapsed_s: 1.5, ..Provenance::default() };
    provenance.write(dir.path()).unwrap();
    assert_eq!(Provenance::read(dir.path()).unwrap(), provenance);
    assert!(Manifest::read(dir.path()).is_err());
}

#[test]
fn the_dictionary_has_a_line_per_column() {
    let text = dictionary(&[&SAMPLE, &EMPTY]);
    assert_eq!(text.lines().filter(|line| line.starts_with("| `")).count(), 8);
    assert!(text.contains("| `load_mw` | float | MW | Load. |"));
    assert!(text.contains("Zone \\| area."));
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("dictionary.md");
    write_dictionary(&path, &[&SAMPLE, &EMPTY]).unwrap();
    assert_eq!(fs::read_to_string(path).unwrap(), text);
}
