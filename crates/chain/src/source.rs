//! Where in the sources a place of the code comes from.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use serde_json::Value;
use ton_abi::Hash;

use crate::trace::{Place, Trace};

/// The source map of one contract: what the compiler writes as `NAME.map.json`.
#[derive(Debug, Clone)]
pub struct SourceMap {
    contract: String,
    code: Hash,
    files: Vec<Arc<str>>,
    functions: Vec<Arc<str>>,
    /// For each cell the places in it, sorted by offset; several lists where equal code comes from several places.
    cells: HashMap<Hash, Vec<Vec<Mark>>>,
}

#[derive(Debug, Clone, Copy)]
struct Mark {
    offset: u16,
    file: u32,
    line: u32,
    column: u32,
    function: u32,
}

/// A place in the sources, or a piece of the compiler's own code.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Location {
    /// File, as the compiler was given it, for example `abstract/MultisigVoting.tsol`; in angle brackets the name of code
    /// that the compiler made, for example `<main$external>`.
    pub file: Arc<str>,
    /// Line from 1; 0 in code that the compiler made.
    pub line: u32,
    /// Column in characters from 1; 0 in code that the compiler made.
    pub column: u32,
    /// Function with its contract, for example `MultisigVoting.confirm`; empty where there is none.
    pub function: Arc<str>,
}

/// What a line of the sources used in a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineCost {
    /// The line; its column is that of its first place in the run.
    pub location: Location,
    /// Steps of the machine.
    pub steps: u64,
    /// Gas of all of them.
    pub gas: u64,
}

/// A text that is no source map.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a source map: {0}")]
pub struct BadSourceMap(String);

/// The version of the form that is read here.
const FORMAT: u64 = 1;

impl SourceMap {
    /// Reads `NAME.map.json`.
    ///
    /// # Errors
    /// [`BadSourceMap`].
    pub fn parse(text: &str) -> Result<Self, BadSourceMap> {
        let bad = |what: &str| BadSourceMap(what.to_owned());
        let root: Value = serde_json::from_str(text).map_err(|error| BadSourceMap(error.to_string()))?;
        if root["format"].as_u64() != Some(FORMAT) {
            return Err(bad("its format is another one"));
        }
        let texts = |name: &str| -> Result<Vec<Arc<str>>, BadSourceMap> {
            let list = root[name].as_array().ok_or_else(|| bad(name))?;
            list.iter().map(|text| text.as_str().map(Arc::from).ok_or_else(|| bad(name))).collect()
        };
        let (files, functions) = (texts("files")?, texts("functions")?);
        let hash = |text: &str| text.parse::<Hash>().map_err(|_| bad("a hash"));
        let mut cells = HashMap::new();
        for (cell, ways) in root["cells"].as_object().ok_or_else(|| bad("cells"))? {
            let ways = ways.as_array().ok_or_else(|| bad("cells"))?;
            let ways = ways.iter().map(|way| {
                let marks = way.as_str().and_then(unpack).ok_or_else(|| bad("places of a cell"))?;
                let known = |mark: &Mark| {
                    (mark.file as usize) < files.len() && (mark.function as usize) < functions.len()
                };
                if marks.iter().all(known) { Ok(marks) } else { Err(bad("a number of a file or function")) }
            });
            cells.insert(hash(cell)?, ways.collect::<Result<Vec<_>, _>>()?);
        }
        let contract = root["contract"].as_str().ok_or_else(|| bad("contract"))?.to_owned();
        let code = hash(root["code"].as_str().ok_or_else(|| bad("code"))?)?;
        Ok(Self { contract, code, files, functions, cells })
    }

    /// Name of the contract.
    pub fn contract(&self) -> &str {
        &self.contract
    }

    /// Hash of the code that it is about.
    pub fn code(&self) -> &Hash {
        &self.code
    }

    /// Files that code comes from, without the compiler's own.
    pub fn files(&self) -> impl Iterator<Item = &str> {
        self.files.iter().map(AsRef::as_ref).filter(|file| !is_made(file))
    }

    /// Where the instruction at a place comes from. Equal code of several places is shown as the first of them; a whole
    /// run tells them apart, see [`SourceMap::along`].
    pub fn find(&self, place: &Place) -> Option<Location> {
        self.in_way(self.cells.get(&place.cell)?.first()?, place.bits)
    }

    /// All places that the instruction may come from: several for equal code.
    pub fn candidates(&self, place: &Place) -> Vec<Location> {
        let ways = self.cells.get(&place.cell).map(Vec::as_slice).unwrap_or_default();
        ways.iter().filter_map(|way| self.in_way(way, place.bits)).collect()
    }

    fn in_way(&self, way: &[Mark], bits: u16) -> Option<Location> {
        let mark = way[..way.partition_point(|mark| mark.offset <= bits)].last()?;
        Some(Location {
            file: self.files[mark.file as usize].clone(),
            line: mark.line,
            column: mark.column,
            function: self.functions[mark.function as usize].clone(),
        })
    }

    /// Where each step of a run comes from; `None` for steps in code of another contract.
    ///
    /// Where equal code comes from several places, the one is taken that is nearest to where the run came from: in the
    /// same function, then in the same file, then by lines.
    pub fn along(&self, trace: &Trace) -> Vec<Option<Location>> {
        let mut last: Option<Location> = None;
        let mut chosen: HashMap<Hash, usize> = HashMap::new();
        let mut found = Vec::with_capacity(trace.steps.len());
        for step in &trace.steps {
            let Place { cell, bits } = step.place;
            let Some(ways) = self.cells.get(&cell) else {
                found.push(None);
                continue;
            };
            let way = match chosen.get(&cell) {
                Some(&way) if bits > 0 => way,
                _ if ways.len() < 2 => 0,
                _ => {
                    let way = self.nearest(ways, bits, last.as_ref());
                    chosen.insert(cell, way);
                    way
                }
            };
            let location = ways.get(way).and_then(|way| self.in_way(way, bits));
            if let Some(location) = location.as_ref().filter(|location| !location.is_made()) {
                last = Some(location.clone());
            }
            found.push(location);
        }
        found
    }

    fn nearest(&self, ways: &[Vec<Mark>], bits: u16, from: Option<&Location>) -> usize {
        let Some(from) = from else { return 0 };
        let distance = |way: &Vec<Mark>| {
            let Some(to) = self.in_way(way, bits) else { return (true, true, u32::MAX) };
            (to.function != from.function, to.file != from.file, to.line.abs_diff(from.line))
        };
        (0..ways.len()).min_by_key(|&way| distance(&ways[way])).unwrap_or(0)
    }

    /// Where a run ended: the place in the sources, and the compiler's own code that was running there, if it was such.
    /// Code that the compiler made is looked up to the place that called it.
    pub fn end(&self, trace: &Trace) -> (Option<Location>, Option<Location>) {
        let mut places = self.along(trace).into_iter().flatten().rev();
        match places.next() {
            Some(made) if made.is_made() => (places.find(|place| !place.is_made()), Some(made)),
            place => (place, None),
        }
    }

    /// Other places in the sources that the last instruction of a run may come from, as equal code is one cell.
    pub fn others(&self, trace: &Trace, taken: Option<&Location>) -> Vec<Location> {
        let last = trace.steps.last().map(|step| self.candidates(&step.place)).unwrap_or_default();
        let mut others: Vec<_> = last.into_iter().filter(|it| !it.is_made() && Some(it) != taken).collect();
        others.sort();
        others.dedup();
        others
    }

    /// What each line of the sources used, those that used most gas first. Steps in code of other contracts are left out.
    pub fn profile(&self, trace: &Trace) -> Vec<LineCost> {
        let mut lines: HashMap<(Arc<str>, u32), LineCost> = HashMap::new();
        for (step, location) in trace.steps.iter().zip(self.along(trace)) {
            let Some(location) = location else { continue };
            let key = (location.file.clone(), location.line);
            let line = lines.entry(key).or_insert(LineCost { location, steps: 0, gas: 0 });
            line.steps += 1;
            line.gas += step.gas;
        }
        let mut lines: Vec<_> = lines.into_values().collect();
        lines.sort_by(|a, b| b.gas.cmp(&a.gas).then_with(|| a.location.cmp(&b.location)));
        lines
    }
}

impl Location {
    /// Whether the compiler made the code, so that it stands in no source.
    pub fn is_made(&self) -> bool {
        is_made(&self.file)
    }
}

fn is_made(file: &str) -> bool {
    file.starts_with('<')
}

/// `abstract/MultisigVoting.tsol:40:9`, or the name of what the compiler made.
impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.is_made() {
            true => f.write_str(self.file.trim_matches(['<', '>'])),
            false => write!(f, "{}:{}:{}", self.file, self.line, self.column),
        }
    }
}

/// `offset,file,line,column,function;…` as differences; zeroes are left out.
fn unpack(text: &str) -> Option<Vec<Mark>> {
    let mut now = [0i64; 5];
    let mut marks = Vec::new();
    for mark in text.split(';') {
        let mut fields = now.iter_mut();
        for change in mark.split(',') {
            let field = fields.next()?;
            let change: i64 = if change.is_empty() { 0 } else { change.parse().ok()? };
            *field = field.checked_add(change)?;
        }
        let number = |value: i64| u32::try_from(value).ok();
        let offset = u16::try_from(now[0]).ok()?;
        let [_, file, line, column, function] = now.map(number);
        marks.push(Mark { offset, file: file?, line: line?, column: column?, function: function? });
    }
    marks.is_sorted_by_key(|mark| mark.offset).then_some(marks)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Step;

    const CELL: &str = "1111111111111111111111111111111111111111111111111111111111111111";
    const TWIN: &str = "2222222222222222222222222222222222222222222222222222222222222222";

    fn map(cells: &str) -> Result<SourceMap, BadSourceMap> {
        SourceMap::parse(&format!(
            r#"{{"format": 1, "contract": "C", "code": "{CELL}", "files": ["a.tsol", "<Concat>", "b.tsol"],
                "functions": ["C.f", "", "D.g"], "cells": {cells}}}"#
        ))
    }

    fn trace(places: &[(&str, u16)]) -> Trace {
        let step = |(cell, bits): &(&str, u16)| Step {
            place: Place { cell: cell.parse().unwrap(), bits: *bits },
            gas: 10,
            stack_depth: 0,
        };
        Trace { exit_code: 0, gas_used: 0, steps: places.iter().map(step).collect() }
    }

    #[test]
    fn a_place_belongs_to_the_last_mark_before_it() {
        let map = map(&format!(r#"{{"{CELL}": ["8,,12,5;8,1,-12,-5,1"]}}"#)).unwrap();
        let at = |bits| map.find(&Place { cell: CELL.parse().unwrap(), bits });
        assert_eq!(at(0), None);
        assert_eq!(at(8).unwrap().to_string(), "a.tsol:12:5");
        assert_eq!(at(15).unwrap().function.as_ref(), "C.f");
        assert_eq!(at(900).unwrap().to_string(), "Concat");
        assert!(at(16).unwrap().is_made());
        assert_eq!(map.files().collect::<Vec<_>>(), ["a.tsol", "b.tsol"]);
    }

    #[test]
    fn equal_code_is_told_apart_by_where_the_run_came_from() {
        let cells = format!(r#"{{"{CELL}": [",2,30,5,2"], "{TWIN}": [",,10,9", ",2,31,9,2"]}}"#);
        let map = map(&cells).unwrap();
        let run = trace(&[(CELL, 0), (TWIN, 0), (TWIN, 16)]);
        let lines: Vec<_> = map.along(&run).iter().flatten().map(ToString::to_string).collect();
        assert_eq!(lines, ["b.tsol:30:5", "b.tsol:31:9", "b.tsol:31:9"]);
        assert_eq!(map.candidates(&run.steps[1].place).len(), 2);
        let others = map.others(&run, map.end(&run).0.as_ref());
        assert_eq!(others.iter().map(ToString::to_string).collect::<Vec<_>>(), ["a.tsol:10:9"]);
        let profile = map.profile(&run);
        assert_eq!((profile[0].location.line, profile[0].gas, profile[0].steps), (31, 20, 2));
    }

    #[test]
    fn a_run_that_ends_in_code_of_the_compiler_names_the_place_that_called_it() {
        let map = map(&format!(r#"{{"{CELL}": [",,12,5"], "{TWIN}": [",1,,,1"]}}"#)).unwrap();
        let (place, made) = map.end(&trace(&[(CELL, 0), (TWIN, 0)]));
        assert_eq!(place.unwrap().to_string(), "a.tsol:12:5");
        assert_eq!(made.unwrap().to_string(), "Concat");
        assert_eq!(map.end(&trace(&[(TWIN, 0)])).0, None);
    }

    #[test]
    fn damaged_maps_are_refused() {
        for cells in [
            "[]".to_owned(),
            r#"{"12": []}"#.to_owned(),
            format!(r#"{{"{CELL}": ["x"]}}"#),
            format!(r#"{{"{CELL}": ["0,9"]}}"#),
            format!(r#"{{"{CELL}": ["0,-1"]}}"#),
            format!(r#"{{"{CELL}": ["0,0,0,0,0,0"]}}"#),
            format!(r#"{{"{CELL}": ["8;-8"]}}"#),
            format!(r#"{{"{CELL}": ["9223372036854775807;1"]}}"#),
        ] {
            assert!(map(&cells).is_err(), "{cells}");
        }
        assert!(SourceMap::parse("{}").is_err());
        assert!(map("{}").is_ok());
    }
}
