//! Diagnostics as text for people and as JSON for tools.

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet, renderer::DecorStyle};
use serde::Serialize;
use tsol_syntax::diag::{Diagnostic, Severity};
use tsol_syntax::span::{SourceMap, Span};

/// One diagnostic, drawn like rustc's; ends with a line break.
pub fn text(diagnostic: &Diagnostic, sources: &SourceMap, colour: bool) -> String {
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let mut group: Group<'_> = level
        .primary_title(&diagnostic.message)
        .id(diagnostic.code.as_str())
        .elements(snippets(diagnostic, sources));
    for note in &diagnostic.notes {
        group = group.element(Level::NOTE.message(note));
    }
    let more = format!("`tsolc --explain {}` tells more", diagnostic.code);
    if let Some(help) = &diagnostic.help {
        group = group.element(Level::HELP.message(help));
    } else if diagnostic.notes.is_empty() {
        group = group.element(Level::HELP.message(&more));
    }
    let renderer = if colour { Renderer::styled() } else { Renderer::plain() };
    let mut out = renderer.decor_style(DecorStyle::Ascii).render(&[group]);
    out.push('\n');
    out
}

/// One snippet for each file that the labels touch, the primary one first.
fn snippets<'a>(
    diagnostic: &'a Diagnostic,
    sources: &'a SourceMap,
) -> Vec<Snippet<'a, annotate_snippets::Annotation<'a>>> {
    let mut files = Vec::new();
    for label in &diagnostic.labels {
        if !files.contains(&label.span.file) {
            files.push(label.span.file);
        }
    }
    let known = |file: &tsol_syntax::span::FileId| sources.files().any(|(id, _)| id == *file);
    files
        .into_iter()
        .filter(known)
        .map(|file| {
            let annotations = diagnostic.labels.iter().filter(|label| label.span.file == file).map(|label| {
                let kind = if label.primary { AnnotationKind::Primary } else { AnnotationKind::Context };
                let range = label.span.start as usize..label.span.end as usize;
                let annotation = kind.span(range);
                if label.text.is_empty() { annotation } else { annotation.label(label.text.as_str()) }
            });
            Snippet::source(sources.text(file)).path(sources.path(file)).fold(true).annotations(annotations)
        })
        .collect()
}

/// A diagnostic as `--error-format json` prints it, one object a line.
#[derive(Serialize)]
struct Json<'a> {
    code: &'static str,
    severity: &'static str,
    message: &'a str,
    labels: Vec<JsonLabel<'a>>,
    notes: &'a [String],
    help: Option<&'a str>,
}

#[derive(Serialize)]
struct JsonLabel<'a> {
    file: &'a str,
    start: JsonPlace,
    end: JsonPlace,
    primary: bool,
    text: &'a str,
}

/// Byte offset from 0; line and column from 1, the column in characters.
#[derive(Serialize)]
struct JsonPlace {
    offset: u32,
    line: u32,
    column: u32,
}

/// One diagnostic as a JSON object in one line.
pub fn json(diagnostic: &Diagnostic, sources: &SourceMap) -> String {
    let place = |span: Span, offset: u32| {
        let at = sources.file(span.file).line_col(offset);
        JsonPlace { offset, line: at.line, column: at.column }
    };
    let labels = diagnostic.labels.iter().map(|label| JsonLabel {
        file: sources.path(label.span.file),
        start: place(label.span, label.span.start),
        end: place(label.span, label.span.end),
        primary: label.primary,
        text: &label.text,
    });
    let json = Json {
        code: diagnostic.code.as_str(),
        severity: match diagnostic.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        },
        message: &diagnostic.message,
        labels: labels.collect(),
        notes: &diagnostic.notes,
        help: diagnostic.help.as_deref(),
    };
    serde_json::to_string(&json).expect("a structure of strings and numbers is always JSON")
}
