//! Every symbol of the contracts has its comment: what is missing is listed with file and line.

use std::path::Path;

use tsol_syntax::ast::{Doc, FunctionDef, Item, Member, Param, Visibility};
use tsol_syntax::diag::Diagnostics;
use tsol_syntax::parse_file;
use tsol_syntax::span::{SourceMap, Span};
use workspace_tests::workspace;

const FOLDERS: [&str; 5] = ["", "abstract", "interfaces", "libraries", "test"];

/// Symbols without a comment, and parameters of functions that their comment leaves out.
fn undocumented() -> Vec<String> {
    let (mut sources, diags, mut missing) = (SourceMap::new(), Diagnostics::new(), Vec::new());
    for folder in FOLDERS {
        let folder = workspace("contracts").join(folder);
        let mut files: Vec<_> = std::fs::read_dir(&folder).expect("the folder is there").collect();
        files.sort_by_key(|entry| entry.as_ref().map(std::fs::DirEntry::path).ok());
        for path in files.into_iter().map(|entry| entry.expect("readable").path()) {
            if path.extension().is_some_and(|extension| extension == "tsol") {
                check_file(&path, &mut sources, &diags, &mut missing);
            }
        }
    }
    diags.check().expect("the sources are well formed");
    missing
}

fn check_file(path: &Path, sources: &mut SourceMap, diags: &Diagnostics, missing: &mut Vec<String>) {
    let text = std::fs::read_to_string(path).expect("readable");
    let file = sources.add(path.to_string_lossy(), text.clone());
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let mut report = |span: Span, what: String| {
        let line = text[..span.start as usize].matches('\n').count() + 1;
        missing.push(format!("{name}:{line} {what}"));
    };
    for item in parse_file(sources, file, diags).items {
        let Item::Contract(contract) = item else { continue };
        if contract.doc.is_none() {
            report(contract.span, contract.name.name.clone());
        }
        let mut group_end = None;
        for member in &contract.members {
            let follows = continues_group(member, group_end, &text);
            if !follows {
                check_member(member, &mut report);
            }
            group_end = constant_end(member).filter(|_| follows || documented(member));
        }
    }
}

/// Whether a constant stands on the line below one that has a comment: the comment is for the group.
fn continues_group(member: &Member, group_end: Option<u32>, text: &str) -> bool {
    let (Some(_), Some(end), Member::Var(constant)) = (constant_end(member), group_end, member) else {
        return false;
    };
    let between = &text[end as usize..constant.span.start as usize];
    constant.doc.is_none() && between.trim().is_empty() && between.matches('\n').count() == 1
}

fn constant_end(member: &Member) -> Option<u32> {
    match member {
        Member::Var(variable) if variable.constant.is_some() => Some(variable.span.end),
        _ => None,
    }
}

fn documented(member: &Member) -> bool {
    matches!(member, Member::Var(variable) if variable.doc.is_some())
}

fn check_member(member: &Member, report: &mut impl FnMut(Span, String)) {
    let (doc, span, name) = match member {
        Member::Var(it) => (&it.doc, it.span, &it.name),
        Member::Function(it) => (&it.doc, it.span, &it.name),
        Member::Modifier(it) => (&it.doc, it.span, &it.name),
        Member::Struct(it) => (&it.doc, it.span, &it.name),
        Member::Enum(it) => (&it.doc, it.span, &it.name),
        Member::Event(it) => (&it.doc, it.span, &it.name),
        Member::UserType(it) => (&it.doc, it.span, &it.name),
        Member::Using(_) => return,
    };
    match (doc, member) {
        (None, _) => report(span, name.name.clone()),
        (Some(doc), Member::Function(function)) => check_params(function, doc, report),
        _ => {}
    }
}

/// Public parameters are documented one by one, unless the comment is that of the base.
fn check_params(function: &FunctionDef, doc: &Doc, report: &mut impl FnMut(Span, String)) {
    let tags = doc.tags();
    let is_open = function
        .visibility
        .as_ref()
        .is_none_or(|found| matches!(found.value, Visibility::External | Visibility::Public));
    if !is_open || tags.iter().any(|(tag, _)| tag == "inheritdoc") {
        return;
    }
    for Param { name, .. } in &function.params {
        let Some(name) = name else { continue };
        let named = |words: &String| words.split(' ').next() == Some(&name.name);
        if !tags.iter().any(|(tag, words)| tag == "param" && named(words)) {
            report(function.span, format!("{}: @param {}", function.name.name, name.name));
        }
    }
}

#[test]
fn every_symbol_says_what_it_is() {
    let missing = undocumented();
    assert!(missing.is_empty(), "{} without NatSpec:\n{}", missing.len(), missing.join("\n"));
}
