//! Places in source text: files, byte ranges, lines.

use std::fmt;
use std::sync::Arc;

/// Number of a file inside one [`SourceMap`], in order of addition from 0.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Default)]
pub struct FileId(pub u32);

/// Half-open byte range `start..end` in one file.
///
/// Both ends lie on UTF-8 character borders of the file's text.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Span {
    /// File that the range belongs to.
    pub file: FileId,
    /// First byte.
    pub start: u32,
    /// One past the last byte; never below `start`.
    pub end: u32,
}

impl Span {
    /// Range `start..end` of `file`; an `end` below `start` gives an empty range at `start`.
    pub fn new(file: FileId, start: u32, end: u32) -> Self {
        Self { file, start, end: end.max(start) }
    }

    /// Smallest range that covers both. Ranges of different files cannot be joined: `self` comes back.
    pub fn to(self, other: Span) -> Span {
        if self.file != other.file {
            return self;
        }
        Span { file: self.file, start: self.start.min(other.start), end: self.end.max(other.end) }
    }

    /// Empty range right after the last byte, where something missing would have to be written.
    pub fn after(self) -> Span {
        Span { start: self.end, ..self }
    }

    /// Empty range at the first byte.
    pub fn before(self) -> Span {
        Span { end: self.start, ..self }
    }

    /// Length in bytes.
    pub fn len(self) -> u32 {
        self.end - self.start
    }

    /// Whether the range holds no byte.
    pub fn is_empty(self) -> bool {
        self.start == self.end
    }

    /// Whether `other` lies fully inside.
    pub fn contains(self, other: Span) -> bool {
        self.file == other.file && self.start <= other.start && other.end <= self.end
    }
}

/// Written as `@file:start..end`; tests rely on this form to compare trees without places.
impl fmt::Debug for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "@{}:{}..{}", self.file.0, self.start, self.end)
    }
}

/// Line and column for people.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct LineCol {
    /// Line, from 1.
    pub line: u32,
    /// Column in characters (not bytes), from 1.
    pub column: u32,
}

/// One source text and the path under which it was given.
#[derive(Clone, Debug)]
pub struct SourceFile {
    path: String,
    text: Arc<str>,
    line_starts: Vec<u32>,
}

impl SourceFile {
    fn new(path: String, text: Arc<str>) -> Self {
        let breaks = text.bytes().enumerate().filter(|(_, b)| *b == b'\n').map(|(i, _)| i as u32 + 1);
        let line_starts = std::iter::once(0).chain(breaks).collect();
        Self { path, text, line_starts }
    }

    /// Path exactly as it was given to [`SourceMap::add`].
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The whole text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Number of lines; a text without a line break has one.
    pub fn line_count(&self) -> u32 {
        self.line_starts.len() as u32
    }

    /// Line and column of a byte offset; an offset past the end counts as the end.
    pub fn line_col(&self, offset: u32) -> LineCol {
        let offset = offset.min(self.text.len() as u32);
        let line = self.line_starts.partition_point(|start| *start <= offset) - 1;
        let start = self.line_starts[line];
        let before = self.text.get(start as usize..offset as usize).unwrap_or_default();
        LineCol { line: line as u32 + 1, column: before.chars().count() as u32 + 1 }
    }

    /// Text of a line (from 1) without its line break; empty for a line that does not exist.
    pub fn line_text(&self, line: u32) -> &str {
        let Some(start) = line.checked_sub(1).and_then(|i| self.line_starts.get(i as usize)) else {
            return "";
        };
        let rest = &self.text[*start as usize..];
        rest.split('\n').next().unwrap_or_default().trim_end_matches('\r')
    }
}

/// All source texts of one compilation. Never touches the disk: whoever has the text adds it.
#[derive(Clone, Debug, Default)]
pub struct SourceMap {
    files: Vec<SourceFile>,
}

impl SourceMap {
    /// An empty map.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a text under a path. Adding the same path twice makes two files.
    ///
    /// # Panics
    /// If the text has 4 GiB or more, which offsets of 32 bits cannot address.
    pub fn add(&mut self, path: impl Into<String>, text: impl Into<Arc<str>>) -> FileId {
        let text = text.into();
        assert!(u32::try_from(text.len()).is_ok(), "source text of 4 GiB or more");
        let id = FileId(self.files.len() as u32);
        self.files.push(SourceFile::new(path.into(), text));
        id
    }

    /// The file behind an id.
    ///
    /// # Panics
    /// If the id comes from another map.
    pub fn file(&self, id: FileId) -> &SourceFile {
        &self.files[id.0 as usize]
    }

    /// Id of the first file that was added under exactly this path.
    pub fn find(&self, path: &str) -> Option<FileId> {
        self.files.iter().position(|f| f.path == path).map(|i| FileId(i as u32))
    }

    /// All files in order of addition.
    pub fn files(&self) -> impl Iterator<Item = (FileId, &SourceFile)> {
        self.files.iter().enumerate().map(|(i, f)| (FileId(i as u32), f))
    }

    /// Path of a file.
    pub fn path(&self, id: FileId) -> &str {
        self.file(id).path()
    }

    /// Whole text of a file.
    pub fn text(&self, id: FileId) -> &str {
        self.file(id).text()
    }

    /// Text of a range; empty if the range does not fit the file.
    pub fn snippet(&self, span: Span) -> &str {
        self.text(span.file).get(span.start as usize..span.end as usize).unwrap_or_default()
    }

    /// Line and column where a range begins.
    pub fn line_col(&self, span: Span) -> LineCol {
        self.file(span.file).line_col(span.start)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_and_columns_count_from_one_and_in_characters() {
        let mut map = SourceMap::new();
        let id = map.add("a.tsol", "one\nдва x\r\nthree");
        let file = map.file(id);
        assert_eq!(file.line_col(0), LineCol { line: 1, column: 1 });
        assert_eq!(file.line_col(3), LineCol { line: 1, column: 4 });
        assert_eq!(file.line_col(4), LineCol { line: 2, column: 1 });
        assert_eq!(file.line_col(11), LineCol { line: 2, column: 5 });
        assert_eq!(file.line_col(999), LineCol { line: 3, column: 6 });
        assert_eq!(file.line_text(2), "два x");
        assert_eq!((file.line_text(0), file.line_text(4)), ("", ""));
    }

    #[test]
    fn ranges_join_and_cut() {
        let a = Span::new(FileId(0), 2, 5);
        let b = Span::new(FileId(0), 7, 9);
        assert_eq!(a.to(b), Span::new(FileId(0), 2, 9));
        assert_eq!(b.to(a), Span::new(FileId(0), 2, 9));
        assert_eq!(a.to(Span::new(FileId(1), 0, 1)), a);
        assert!(a.to(b).contains(b) && !a.contains(b));
        assert_eq!((a.len(), a.after(), a.before().is_empty()), (3, Span::new(FileId(0), 5, 5), true));
        assert_eq!(Span::new(FileId(0), 5, 2), Span::new(FileId(0), 5, 5));
    }

    #[test]
    fn files_are_found_by_path() {
        let mut map = SourceMap::new();
        let a = map.add("a.tsol", "contract A {}");
        let b = map.add("lib/b.tsol", "");
        assert_eq!((map.find("lib/b.tsol"), map.find("a.tsol"), map.find("c")), (Some(b), Some(a), None));
        assert_eq!(map.snippet(Span::new(a, 9, 10)), "A");
        assert_eq!(map.snippet(Span::new(b, 9, 10)), "");
    }
}
