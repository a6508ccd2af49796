//! The data dictionary: what every column of every table means, from the declarations alone.

use std::fmt::Write;
use std::path::Path;

use crate::{Table, TableError, atomic};

/// Markdown with a section per table and a line per column.
pub fn dictionary(tables: &[&Table]) -> String {
    let mut text = String::from(
        "# Data dictionary\n\n\
         Timestamps are UTC without zone. Floats that are `NaN` mean that there is no value.\n",
    );
    for table in tables {
        let files = if table.csv { "Parquet and CSV" } else { "Parquet" };
        // Writing to a string cannot fail.
        let _ = writeln!(text, "\n## {}\n\n{} ({files})\n", table.name, table.meaning);
        text.push_str("| column | type | unit | meaning |\n|---|---|---|---|\n");
        for column in table.columns {
            let [unit, meaning] = [column.unit, column.meaning].map(|text| text.replace('|', "\\|"));
            let _ = writeln!(text, "| `{}` | {} | {unit} | {meaning} |", column.name, column.kind);
        }
    }
    text
}

/// Writes [`dictionary`] to a file, at once.
pub fn write_dictionary(path: &Path, tables: &[&Table]) -> Result<(), TableError> {
    atomic::write(path, dictionary(tables).as_bytes())
}

/// The columns of a table as JSON, for the metadata of its file.
pub(crate) fn columns_json(table: &Table) -> String {
    let columns = table.columns.iter().map(|column| {
        let fields = [
            ("name", column.name.to_owned()),
            ("type", column.kind.to_string()),
            ("unit", column.unit.to_owned()),
            ("meaning", column.meaning.to_owned()),
        ];
        let fields = fields.map(|(key, value)| format!("\"{key}\":{}", serde_json::Value::from(value)));
        format!("{{{}}}", fields.join(","))
    });
    format!("[{}]", columns.collect::<Vec<_>>().join(","))
}
