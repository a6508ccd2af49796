//! The part of the MATLAB language that case files are written in.
//!
//! A case file is a list of assignments of numbers, strings, matrices of numbers and cell arrays of
//! strings. Comments (`%`, `#`, blocks of `%{` and `%}`) and continuation lines (`...`) are understood.
//! Anything that would have to be computed (indexing, arithmetic, function calls) is a fault, because
//! leaving it out would change the case without a word. One pass, linear in the length of the text.

use crate::grid::case::Faults;

/// The value of an assignment.
#[derive(Debug)]
pub(super) enum Value {
    /// A number.
    Number(f64),
    /// A quoted string.
    Text(String),
    /// A matrix of numbers; rows may differ in length.
    Matrix(Vec<MatrixRow>),
    /// A cell array, row by row.
    Cells(Vec<String>),
}

/// A row of a matrix.
#[derive(Debug, Default)]
pub(super) struct MatrixRow {
    /// The line on which it ends.
    pub line: u64,
    /// Its numbers.
    pub numbers: Vec<f64>,
    /// Whether one of its cells was not a number (already noted as a fault).
    pub bad: bool,
}

/// An assignment `name = value`.
#[derive(Debug)]
pub(super) struct Assignment {
    /// The name without the structure it belongs to: `bus` for `mpc.bus`.
    pub name: String,
    /// The line on which it begins.
    pub line: u64,
    /// What is assigned.
    pub value: Value,
}

/// Reads all assignments of a case file.
pub(super) fn assignments(text: &str, faults: &mut Faults<'_>) -> Vec<Assignment> {
    let mut scanner = Scanner { code: clean(text), at: 0 };
    let mut found = Vec::new();
    while scanner.skip(|c| c.is_whitespace() || c == ';' || c == ',') {
        let line = scanner.line();
        let name = scanner.take(|c| c.is_alphanumeric() || c == '_' || c == '.');
        if matches!(name.as_str(), "function" | "end" | "return" | "define_constants") {
            scanner.take(|c| c != '\n');
            continue;
        }
        scanner.skip(|c| c == ' ' || c == '\t');
        if name.is_empty() || scanner.peek() != Some('=') {
            let rest = scanner.take(|c| c != '\n');
            let statement = format!("{name}{rest}");
            let fault = faults.add(Some(line), "statement", format!("not understood: {}", statement.trim()));
            fault.allowed = Some("assignments of numbers, strings and matrices".to_owned());
            continue;
        }
        scanner.at += 1;
        scanner.skip(|c| c == ' ' || c == '\t');
        let name = name.rsplit('.').next().unwrap_or_default().to_owned();
        if let Some(value) = scanner.value(&name, faults) {
            found.push(Assignment { name, line, value });
        }
        let rest = scanner.take(|c| c != ';' && c != '\n' && c != ',');
        if !rest.trim().is_empty() {
            faults.add(Some(scanner.line()), "statement", format!("not understood: {}", rest.trim()));
        }
    }
    found
}

/// A number as MATLAB writes it.
fn number(word: &str) -> Option<f64> {
    word.parse().ok().or_else(|| word.replace(['d', 'D'], "e").parse().ok())
}

/// The characters of the code with their lines: comments and continued line ends are gone.
fn clean(text: &str) -> Vec<(char, u64)> {
    let mut code = Vec::with_capacity(text.len());
    let mut in_block = false;
    for (index, line) in text.lines().enumerate() {
        let number = index as u64 + 1;
        match line.trim() {
            "%{" | "#{" => in_block = true,
            "%}" | "#}" => {
                in_block = false;
                continue;
            }
            _ => {}
        }
        if in_block {
            continue;
        }
        let mut quote = None;
        let mut continued = false;
        for (at, c) in line.char_indices() {
            if quote.is_some() {
                quote = quote.filter(|open| c != *open);
            } else if c == '\'' || c == '"' {
                quote = Some(c);
            } else if c == '%' || c == '#' {
                break;
            } else if line[at..].starts_with("...") {
                continued = true;
                break;
            }
            code.push((c, number));
        }
        code.push((if continued { ' ' } else { '\n' }, number));
    }
    code
}

struct Scanner {
    code: Vec<(char, u64)>,
    at: usize,
}

impl Scanner {
    fn peek(&self) -> Option<char> {
        self.code.get(self.at).map(|(c, _)| *c)
    }

    fn line(&self) -> u64 {
        self.code.get(self.at).or(self.code.last()).map_or(1, |(_, line)| *line)
    }

    /// Skips characters and tells whether any is left.
    fn skip(&mut self, which: impl Fn(char) -> bool) -> bool {
        while self.peek().is_some_and(&which) {
            self.at += 1;
        }
        self.at < self.code.len()
    }

    fn take(&mut self, which: impl Fn(char) -> bool) -> String {
        let start = self.at;
        self.skip(which);
        self.code[start..self.at].iter().map(|(c, _)| *c).collect()
    }

    fn value(&mut self, name: &str, faults: &mut Faults<'_>) -> Option<Value> {
        match self.peek() {
            Some('[') => self.matrix(name, faults).map(Value::Matrix),
            Some('{') => self.cells(name, faults).map(Value::Cells),
            Some('\'' | '"') => self.string(name, faults).map(Value::Text),
            _ => {
                let line = self.line();
                let word = self.take(|c| c != ';' && c != '\n' && c != ',');
                let value = number(word.trim());
                if value.is_none() {
                    faults.add(Some(line), name, format!("\"{}\" is not a number", word.trim()));
                }
                value.map(Value::Number)
            }
        }
    }

    fn matrix(&mut self, name: &str, faults: &mut Faults<'_>) -> Option<Vec<MatrixRow>> {
        let opening = self.line();
        self.at += 1;
        let mut rows = Vec::new();
        let mut row = MatrixRow::default();
        loop {
            self.skip(|c| c != '\n' && (c.is_whitespace() || c == ','));
            let line = self.line();
            match self.peek() {
                None => {
                    faults.add(Some(opening), name, "this matrix is never closed");
                    return None;
                }
                Some(end @ (';' | '\n' | ']')) => {
                    self.at += 1;
                    if row.bad || !row.numbers.is_empty() {
                        row.line = line;
                        rows.push(core::mem::take(&mut row));
                    }
                    if end == ']' {
                        return Some(rows);
                    }
                }
                Some(_) => {
                    let word = self.take(|c| !c.is_whitespace() && !matches!(c, ',' | ';' | ']'));
                    if let Some(value) = number(&word) {
                        row.numbers.push(value);
                    } else {
                        faults.add(Some(line), name, format!("\"{word}\" is not a number"));
                        row.bad = true;
                    }
                }
            }
        }
    }

    fn cells(&mut self, name: &str, faults: &mut Faults<'_>) -> Option<Vec<String>> {
        let opening = self.line();
        self.at += 1;
        let mut cells = Vec::new();
        loop {
            self.skip(|c| c.is_whitespace() || c == ',' || c == ';');
            match self.peek() {
                None => {
                    faults.add(Some(opening), name, "this cell array is never closed");
                    return None;
                }
                Some('}') => {
                    self.at += 1;
                    return Some(cells);
                }
                Some('\'' | '"') => cells.push(self.string(name, faults)?),
                Some(_) => cells.push(self.take(|c| !c.is_whitespace() && !matches!(c, ',' | ';' | '}'))),
            }
        }
    }

    fn string(&mut self, name: &str, faults: &mut Faults<'_>) -> Option<String> {
        let line = self.line();
        let quote = self.peek()?;
        self.at += 1;
        let mut text = String::new();
        loop {
            text.push_str(&self.take(|c| c != quote && c != '\n'));
            if self.peek() != Some(quote) {
                faults.add(Some(line), name, "this string is never closed");
                return None;
            }
            self.at += 1;
            if self.peek() != Some(quote) {
                return Some(text);
            }
            text.push(quote);
            self.at += 1;
        }
    }
}
