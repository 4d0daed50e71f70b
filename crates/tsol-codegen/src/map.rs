//! The source map as text: code cell and bit offset to file, line, column and function.
//!
//! Two forms with the same content. The *map* is what programs of this workspace read and what is kept beside an image:
//!
//! ```text
//! {"format": 1, "contract": "C", "code": "<hash of the code cell>", "files": [...], "functions": [...],
//!  "cells": {"<hash>": ["0,0,12,5,3;16,,2", ...], ...}}
//! ```
//!
//! Each string lists places in one cell in the order of their offsets, each up to the next one. A place is
//! `offset,file,line,column,function`, every number as the difference to the place before (to zero for the first), with
//! zeroes left out and commas at the end, too. `file` and `function` are indices. A cell has several strings where equal
//! code comes from several places. Code that stands in no source has a file in angle brackets (the name of what the
//! compiler made) and line 0.
//!
//! The *debug file* has the form of the official compiler's `NAME.debug.json`, `{hash: {offset: {filename, line}}}`, with
//! `column` and `function` added, and the first place only where there are several.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Write as _;

use tsol_syntax::ast::{FunctionDef, Item, Member, SourceUnit};
use tsol_syntax::diag::Diagnostics;
use tsol_syntax::parser::parse_file;
use tsol_syntax::span::{FileId, SourceMap, Span};

use crate::backend::Program;
use crate::encode::Mark;
use crate::ir::made_for;

/// Both forms.
pub(crate) struct Maps {
    pub(crate) map: String,
    pub(crate) debug: String,
}

/// Where something is, in the words of the files.
#[derive(Clone, PartialEq, Eq)]
struct Place {
    file: String,
    line: u32,
    column: u32,
    function: String,
}

/// Places of one cell: offset and place.
type Places = Vec<(u16, Place)>;

pub(crate) fn write(contract: &str, compiled: &Program, sources: &SourceMap) -> Maps {
    let mut finder = Finder { names: &compiled.names, sources, units: HashMap::new() };
    let cells: BTreeMap<_, Vec<Places>> = compiled
        .source_map
        .cells
        .iter()
        .map(|(hash, ways)| {
            let mut list: Vec<Places> = Vec::new();
            for marks in ways {
                let places = finder.places(marks);
                // Ways that differ in what the reader does not see are one.
                if !list.contains(&places) {
                    list.push(places);
                }
            }
            (hash.to_string(), list)
        })
        .collect();
    let code = compiled.code.repr_hash().to_string();
    Maps { map: map_text(contract, &code, &cells), debug: debug_text(&cells) }
}

struct Finder<'a> {
    names: &'a [String],
    sources: &'a SourceMap,
    /// Names of functions and where they are, by file.
    units: HashMap<FileId, Vec<(Span, String)>>,
}

impl Finder<'_> {
    fn places(&mut self, marks: &[Mark]) -> Places {
        let mut places = Places::new();
        for mark in marks {
            let place = self.place(mark);
            if places.last().is_none_or(|(_, last)| *last != place) {
                places.push((mark.offset, place));
            }
        }
        places
    }

    fn place(&mut self, mark: &Mark) -> Place {
        let made = |function: u32| {
            let name = self.names.get(function as usize).map_or("", String::as_str);
            Place { file: format!("<{name}>"), line: 0, column: 0, function: String::new() }
        };
        let Some(span) = mark.span else { return made(mark.function) };
        if let Some(function) = made_for(span) {
            return made(function.0);
        }
        let position = self.sources.line_col(span);
        let file = self.sources.path(span.file).to_owned();
        let function = self.function(span);
        Place { file, line: position.line, column: position.column, function }
    }

    /// Name of the function, modifier or variable that a place is in: the innermost.
    fn function(&mut self, span: Span) -> String {
        let units = self.units.entry(span.file).or_insert_with(|| {
            // What is wrong with the file has been reported long ago.
            functions(&parse_file(self.sources, span.file, &Diagnostics::new()))
        });
        let around = units.iter().filter(|(range, _)| range.contains(span));
        around.min_by_key(|(range, _)| range.len()).map(|(_, name)| name.clone()).unwrap_or_default()
    }
}

/// Everything with code of its own.
fn functions(unit: &SourceUnit) -> Vec<(Span, String)> {
    let mut found = Vec::new();
    let named = |scope: &str, def: &FunctionDef| (def.span, format!("{scope}{}", def.name.name));
    for item in &unit.items {
        match item {
            Item::Function(def) => found.push(named("", def)),
            Item::Contract(contract) => {
                let scope = format!("{}.", contract.name.name);
                found.push((contract.span, contract.name.name.clone()));
                found.extend(contract.members.iter().filter_map(|member| match member {
                    Member::Function(def) => Some(named(&scope, def)),
                    Member::Modifier(def) => Some((def.span, format!("{scope}{}", def.name.name))),
                    Member::Var(def) => Some((def.span, format!("{scope}{}", def.name.name))),
                    _ => None,
                }));
            }
            _ => {}
        }
    }
    found
}

/// Numbers of texts in the order of their first use.
#[derive(Default)]
struct Index<'a> {
    list: Vec<&'a str>,
    numbers: HashMap<&'a str, i64>,
}

impl<'a> Index<'a> {
    fn number(&mut self, text: &'a str) -> i64 {
        *self.numbers.entry(text).or_insert_with(|| {
            self.list.push(text);
            self.list.len() as i64 - 1
        })
    }

    fn json(&self) -> String {
        let items: Vec<_> = self.list.iter().map(|text| format!("  {}", quoted(text))).collect();
        format!("[\n{}\n ]", items.join(",\n"))
    }
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

fn map_text(contract: &str, code: &str, cells: &BTreeMap<String, Vec<Places>>) -> String {
    let (mut files, mut functions) = (Index::default(), Index::default());
    let mut lines = Vec::new();
    for (hash, ways) in cells {
        let ways: Vec<_> =
            ways.iter().map(|places| quoted(&packed(places, &mut files, &mut functions))).collect();
        lines.push(format!("  {}: [{}]", quoted(hash), ways.join(", ")));
    }
    format!(
        "{{\n \"format\": 1,\n \"contract\": {},\n \"code\": {},\n \"files\": {},\n \"functions\": {},\n \
         \"cells\": {{\n{}\n }}\n}}\n",
        quoted(contract),
        quoted(code),
        files.json(),
        functions.json(),
        lines.join(",\n")
    )
}

fn packed<'a>(places: &'a Places, files: &mut Index<'a>, functions: &mut Index<'a>) -> String {
    let mut last = [0; 5];
    let one = |(offset, place): &'a (u16, Place)| {
        let now = [
            i64::from(*offset),
            files.number(&place.file),
            i64::from(place.line),
            i64::from(place.column),
            functions.number(&place.function),
        ];
        let mut text = String::new();
        for (value, before) in now.iter().zip(last) {
            if *value != before {
                let _ = write!(text, "{}", value - before);
            }
            text.push(',');
        }
        last = now;
        text.trim_end_matches(',').to_owned()
    };
    places.iter().map(one).collect::<Vec<_>>().join(";")
}

fn debug_text(cells: &BTreeMap<String, Vec<Places>>) -> String {
    let place = |(offset, place): &(u16, Place)| {
        let Place { file, line, column, function } = place;
        let (file, function) = (quoted(file), quoted(function));
        format!(
            "    \"{offset}\": {{\"filename\": {file}, \"line\": {line}, \"column\": {column}, \"function\": {function}}}"
        )
    };
    let cells: Vec<_> = cells
        .iter()
        .filter_map(|(hash, ways)| {
            let places: Vec<_> = ways.first()?.iter().map(place).collect();
            Some(format!("  {}: {{\n{}\n  }}", quoted(hash), places.join(",\n")))
        })
        .collect();
    format!("{{\n{}\n}}\n", cells.join(",\n"))
}
