//! A table with the lines that say how it was measured, as Markdown.

use std::fmt;

/// One figure's table.
pub(crate) struct Table {
    title: String,
    head: Vec<String>,
    rows: Vec<Vec<String>>,
    methods: Vec<String>,
}

impl Table {
    pub(crate) fn new(title: &str, head: &[&str]) -> Table {
        Table {
            title: title.to_owned(),
            head: head.iter().map(|cell| (*cell).to_owned()).collect(),
            rows: Vec::new(),
            methods: Vec::new(),
        }
    }

    pub(crate) fn row(&mut self, cells: &[String]) {
        self.rows.push(cells.to_vec());
    }

    /// How it was measured, one line.
    pub(crate) fn method(&mut self, line: &str) {
        self.methods.push(line.to_owned());
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = |column: usize| {
            let cells = std::iter::once(&self.head).chain(&self.rows).filter_map(|row| row.get(column));
            cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
        };
        let widths: Vec<usize> = (0..self.head.len()).map(width).collect();
        let line = |f: &mut fmt::Formatter<'_>, row: &[String]| {
            for (cell, width) in row.iter().zip(&widths) {
                write!(f, "| {cell:width$} ")?;
            }
            writeln!(f, "|")
        };
        writeln!(f, "## {}\n", self.title)?;
        line(f, &self.head)?;
        line(f, &widths.iter().map(|width| "-".repeat(*width)).collect::<Vec<_>>())?;
        self.rows.iter().try_for_each(|row| line(f, row))?;
        writeln!(f)?;
        self.methods.iter().try_for_each(|method| writeln!(f, "- {method}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_stand_below_each_other() {
        let mut table = Table::new("Kettles", &["Who", "How many"]);
        table.row(&["Paulette".into(), "3".into()]);
        table.method("Counted.");
        let told = "## Kettles\n\n| Who      | How many |\n| -------- | -------- |\n| Paulette | 3        |\n\n- Counted.\n";
        assert_eq!(table.to_string(), told);
    }
}
