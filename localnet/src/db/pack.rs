//! Cells in few bytes: like a bag of cells, but parts that are stored elsewhere are only named by their hash.
//!
//! Layout, numbers as LEB128: counts of named parts, cells and roots; the hashes of the named parts; the cells,
//! children before parents, each as reference count (bit 3: exotic), number of data bits, data bytes, references;
//! the roots. A reference is a number: first the named parts, then the cells, both from 0 on.

use std::collections::HashMap;

use tycho_types::cell::{Cell, CellBuilder, CellFamily, DynCell, HashBytes};

use super::bytes::{Reader, put_number};

const EXOTIC: u8 = 8;

/// Cells below each other: more than messages (512), accounts and the maps around them have. Trees are freed by
/// recursion, so far deeper ones would end the program.
const MAX_DEPTH: u16 = 2048;

/// Writes the cells under `roots`; whatever `is_stored` knows is only named.
pub(crate) fn pack<'a>(
    out: &mut Vec<u8>,
    roots: impl IntoIterator<Item = &'a DynCell>,
    is_stored: impl Fn(&HashBytes) -> bool,
) {
    let mut packer = Packer { named: Vec::new(), cells: Vec::new(), places: ahash::HashMap::default() };
    let roots: Vec<&DynCell> = roots.into_iter().collect();
    for &root in &roots {
        packer.add(root, &is_stored);
    }
    for count in [packer.named.len(), packer.cells.len(), roots.len()] {
        put_number(out, count as u64);
    }
    for hash in &packer.named {
        out.extend_from_slice(&hash.0);
    }
    for &cell in &packer.cells {
        packer.write(out, cell);
    }
    for &root in &roots {
        put_number(out, packer.place(root.repr_hash()));
    }
}

/// Where a cell stands: among the named parts, or among the cells written out.
#[derive(Clone, Copy)]
enum Place {
    Named(u64),
    Written(u64),
}

struct Packer<'a> {
    named: Vec<&'a HashBytes>,
    cells: Vec<&'a DynCell>,
    places: ahash::HashMap<&'a HashBytes, Place>,
}

impl<'a> Packer<'a> {
    /// Enters a tree. The stack is an own one, as trees are up to a thousand cells deep.
    fn add(&mut self, root: &'a DynCell, is_stored: &impl Fn(&HashBytes) -> bool) {
        let mut path = Vec::new();
        self.visit(root, is_stored, &mut path);
        while let Some((cell, next)) = path.pop() {
            match cell.reference(next) {
                Some(child) => {
                    path.push((cell, next + 1));
                    self.visit(child, is_stored, &mut path);
                }
                None => {
                    self.places.insert(cell.repr_hash(), Place::Written(self.cells.len() as u64));
                    self.cells.push(cell);
                }
            }
        }
    }

    fn visit(
        &mut self,
        cell: &'a DynCell,
        is_stored: &impl Fn(&HashBytes) -> bool,
        path: &mut Vec<(&'a DynCell, u8)>,
    ) {
        let hash = cell.repr_hash();
        if self.places.contains_key(hash) {
            return;
        }
        if is_stored(hash) {
            self.places.insert(hash, Place::Named(self.named.len() as u64));
            self.named.push(hash);
        } else {
            path.push((cell, 0));
        }
    }

    fn place(&self, hash: &HashBytes) -> u64 {
        match self.places[hash] {
            Place::Named(number) => number,
            Place::Written(number) => self.named.len() as u64 + number,
        }
    }

    fn write(&self, out: &mut Vec<u8>, cell: &DynCell) {
        let exotic = if cell.is_exotic() { EXOTIC } else { 0 };
        out.push(cell.reference_count() | exotic);
        put_number(out, cell.bit_len().into());
        out.extend_from_slice(&cell.data()[..usize::from(cell.bit_len().div_ceil(8))]);
        for child in cell.references() {
            put_number(out, self.place(child.repr_hash()));
        }
    }
}

/// Reads what [`pack`] wrote and gives the roots; `stored` finds the named parts.
pub(crate) fn unpack(
    reader: &mut Reader<'_>,
    stored: impl Fn(&HashBytes) -> Option<Cell>,
) -> Result<Vec<Cell>, &'static str> {
    let named = reader.count()?;
    let count = reader.count()?;
    let roots = reader.count()?;
    let mut cells = Vec::with_capacity(named + count);
    for _ in 0..named {
        cells.push(stored(&HashBytes(reader.array()?)).ok_or("a shared part is missing")?);
    }
    for _ in 0..count {
        let cell = read_cell(reader, &cells)?;
        cells.push(cell);
    }
    (0..roots).map(|_| Ok(find(&cells, reader.number()?)?.clone())).collect()
}

fn read_cell(reader: &mut Reader<'_>, cells: &[Cell]) -> Result<Cell, &'static str> {
    let head = reader.byte()?;
    let bits = u16::try_from(reader.number()?).map_err(|_| "a cell is too long")?;
    let data = reader.take(usize::from(bits.div_ceil(8)))?;
    let mut cell = CellBuilder::new();
    cell.set_exotic(head & EXOTIC != 0);
    cell.store_raw(data, bits).map_err(|_| "a cell is too long")?;
    for _ in 0..head & !EXOTIC {
        let child = find(cells, reader.number()?)?.clone();
        cell.store_reference(child).map_err(|_| "a cell has too many references")?;
    }
    let cell = cell.build_ext(Cell::empty_context()).map_err(|_| "a cell is malformed")?;
    if cell.repr_depth() > MAX_DEPTH { Err("a tree of cells is too deep") } else { Ok(cell) }
}

fn find(cells: &[Cell], number: u64) -> Result<&Cell, &'static str> {
    usize::try_from(number).ok().and_then(|number| cells.get(number)).ok_or("a cell refers to none")
}

/// Parts that many rows name, by their hash.
#[derive(Default, Clone)]
pub(crate) struct Shared(HashMap<HashBytes, Cell, ahash::RandomState>);

impl Shared {
    pub(crate) fn contains(&self, hash: &HashBytes) -> bool {
        self.0.contains_key(hash)
    }

    pub(crate) fn get(&self, hash: &HashBytes) -> Option<Cell> {
        self.0.get(hash).cloned()
    }

    /// Adds a part; `false` if it was known.
    pub(crate) fn insert(&mut self, cell: Cell) -> bool {
        self.0.insert(*cell.repr_hash(), cell).is_none()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{ProptestConfig, any, prop};
    use proptest::test_runner::RngSeed;
    use tycho_types::boc::Boc;

    use super::*;

    /// A tree of cells from random numbers: each cell refers to some of those before it.
    fn cells(seeds: &[(u16, Vec<u8>, Vec<u8>)]) -> Vec<Cell> {
        let mut cells: Vec<Cell> = Vec::new();
        for (bits, data, children) in seeds {
            let mut cell = CellBuilder::new();
            let bits = (*bits).min(data.len() as u16 * 8);
            cell.store_raw(data, bits).unwrap();
            for &child in children.iter().take(4) {
                if !cells.is_empty() {
                    cell.store_reference(cells[usize::from(child) % cells.len()].clone()).unwrap();
                }
            }
            cells.push(cell.build().unwrap());
        }
        cells
    }

    proptest::proptest! {
        #![proptest_config(ProptestConfig { cases: 200, rng_seed: RngSeed::Fixed(0xce11), failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn cells_come_back_as_they_were(
            seeds in prop::collection::vec((0..1024u16, prop::collection::vec(any::<u8>(), 0..128), prop::collection::vec(any::<u8>(), 0..5)), 1..40),
            kept in any::<u8>(),
        ) {
            let cells = cells(&seeds);
            let mut shared = Shared::default();
            shared.insert(cells[usize::from(kept) % cells.len()].clone());
            let mut bytes = Vec::new();
            pack(&mut bytes, cells.iter().map(AsRef::as_ref), |hash| shared.contains(hash));
            let back = unpack(&mut Reader::new(&bytes), |hash| shared.get(hash)).unwrap();
            proptest::prop_assert_eq!(&back, &cells);
            proptest::prop_assert!(unpack(&mut Reader::new(&bytes[..bytes.len() - 1]), |hash| shared.get(hash)).is_err());
        }

        #[test]
        fn damaged_bytes_are_an_error_and_no_panic(
            seeds in prop::collection::vec((0..64u16, prop::collection::vec(any::<u8>(), 0..8), prop::collection::vec(any::<u8>(), 0..3)), 1..8),
            place in any::<prop::sample::Index>(),
            flip in 1..=255u8,
        ) {
            let cells = cells(&seeds);
            let mut bytes = Vec::new();
            pack(&mut bytes, cells.iter().map(AsRef::as_ref), |_| false);
            let place = place.index(bytes.len());
            bytes[place] ^= flip;
            // Whatever comes out, it comes out as a value.
            let _ = unpack(&mut Reader::new(&bytes), |_| None);
        }
    }

    #[test]
    fn a_tree_that_could_not_be_freed_is_refused() {
        let chain = |depth: u16| {
            let mut cell = CellBuilder::build_from(0u8).unwrap();
            for _ in 0..depth {
                cell = CellBuilder::build_from(cell).unwrap();
            }
            let mut bytes = Vec::new();
            pack(&mut bytes, [cell.as_ref()], |_| false);
            unpack(&mut Reader::new(&bytes), |_| None).map(|roots| roots[0].repr_depth())
        };
        assert_eq!(chain(MAX_DEPTH), Ok(MAX_DEPTH));
        assert_eq!(chain(MAX_DEPTH + 1), Err("a tree of cells is too deep"));
    }

    #[test]
    fn exotic_cells_and_stored_parts_survive() {
        let leaf = CellBuilder::build_from(7u32).unwrap();
        let mut library = CellBuilder::new();
        library.set_exotic(true);
        library.store_u8(2).unwrap();
        library.store_u256(leaf.repr_hash()).unwrap();
        let library = library.build().unwrap();
        let mut root = CellBuilder::new();
        root.store_reference(library).unwrap();
        root.store_reference(leaf.clone()).unwrap();
        let root = root.build().unwrap();
        let mut shared = Shared::default();
        assert!(shared.insert(leaf.clone()) && !shared.insert(leaf.clone()));
        let mut bytes = Vec::new();
        pack(&mut bytes, [root.as_ref()], |hash| shared.contains(hash));
        let back = unpack(&mut Reader::new(&bytes), |hash| shared.get(hash)).unwrap();
        assert_eq!(Boc::encode(&back[0]), Boc::encode(&root));
        assert_eq!(unpack(&mut Reader::new(&bytes), |_| None), Err("a shared part is missing"));
    }
}
