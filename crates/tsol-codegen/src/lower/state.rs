//! The state in c4: which cells it lies in, loading what is needed, storing what was written.

use tsol_sema::hir::{FunctionId, StateId, Storage, Type};

use super::codec::{Form, Trust, fixed_size};
use super::cx::{Cx, Lowered};
use super::fx::Fx;
use super::vars::{Var, VarSet};
use crate::abi::{Leaf, Plan, Size, leaves};
use crate::ir::{End, Value};
use crate::opcode::{CallC3, Op};

/// The members of c4 and how they are cut into cells.
#[derive(Clone, Debug)]
pub(super) struct Layout {
    plan: Plan,
    /// For each member: the variable that it belongs to.
    owners: Vec<Var>,
}

/// What a store of the state is put together from.
#[derive(Clone, Copy, Debug)]
pub(super) enum Piece {
    /// Current value of a member, by index into the plan.
    Member(usize),
    /// Bits and references as they were.
    Raw(Value),
    /// A member as it was, of a size that is not fixed.
    Kept { leaf: usize, values: [Option<Value>; 2] },
    /// What follows is in a new cell.
    NewCell,
}

/// How a function that stores the state in the end does it.
#[derive(Clone, Debug)]
pub(super) enum Saving {
    /// Function of the contract: c4 is cut once more, and what entries may have written is put in.
    Again,
    /// Entry that has kept the rest.
    Pieces(Vec<Piece>),
    /// Everything is in the environment.
    Whole,
}

/// Layout of the contract's state.
pub(super) fn layout(cx: &Cx<'_>) -> Layout {
    let mut list: Vec<Leaf> = Vec::new();
    let mut owners = Vec::new();
    for var in stored_vars(cx) {
        let new = leaves(cx.program, [&cx.var_type(var)]);
        owners.extend(vec![var; new.len()]);
        list.extend(new);
    }
    Layout { plan: Plan::new(list, Size::default()), owners }
}

/// All variables in c4, in its order.
pub(super) fn stored_vars(cx: &Cx<'_>) -> Vec<Var> {
    let header = [Var::Pubkey, Var::Timestamp, Var::ConstructorFlag];
    let state = (0..cx.contract.state.len() as u32).map(|i| Var::State(StateId(i)));
    header.into_iter().chain(state).filter(|var| cx.is_stored(*var)).collect()
}

/// What happens to a variable while c4 is cut.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Need {
    /// Its value goes into the environment.
    Load,
    /// It is stepped over: the environment has its new value.
    Replace,
    /// It stays as it is.
    Keep,
}

impl Fx<'_, '_> {
    /// c4, opened.
    pub(super) fn open_state(&mut self) -> Value {
        let cell = self.op1(Op::PushCtr(4), &[]);
        self.op1(Op::CToS, &[cell])
    }

    /// Whether an opened c4 holds variables rather than initial data, which is one bit and a reference.
    pub(super) fn is_expanded(&mut self, slice: Value) -> Value {
        let bits = self.op1(Op::SBits, &[slice]);
        self.op1(Op::GtInt(1), &[bits])
    }

    /// Loads `needed` from an opened c4. With `keep` the rest is kept for storing; with `check` this code is thrown
    /// where c4 is still the initial data.
    pub(super) fn load_state(
        &mut self,
        slice: Value,
        needed: &VarSet,
        keep: bool,
        check: Option<u16>,
    ) -> Lowered<Vec<Piece>> {
        self.cut_state(slice, &|var| if needed.contains(&var) { Need::Load } else { Need::Keep }, keep, check)
    }

    fn cut_state(
        &mut self,
        slice: Value,
        need: &dyn Fn(Var) -> Need,
        keep: bool,
        check: Option<u16>,
    ) -> Lowered<Vec<Piece>> {
        let layout = layout(self.cx);
        let Some(last) = layout.owners.iter().rposition(|var| need(*var) != Need::Keep) else {
            if let Some(code) = check {
                let expanded = self.is_expanded(slice);
                self.op0(Op::ThrowIfNot(code), &[expanded]);
            }
            return Ok(vec![Piece::Raw(slice)]);
        };
        let mut cutter = Cutter { slice, run: Size::default(), keep, check, pieces: Vec::new() };
        for (i, leaf) in layout.plan.leaves.iter().enumerate().take(last + 1) {
            let var = layout.owners[i];
            if layout.plan.breaks[i] {
                cutter.flush(self)?;
                cutter.slice = self.next_cell(cutter.slice, Trust::Own);
                cutter.pieces.push(Piece::NewCell);
            }
            match need(var) {
                Need::Keep => cutter.keep_leaf(self, i, leaf)?,
                Need::Load => {
                    cutter.flush(self)?;
                    cutter.load(self, var, leaf)?;
                }
                Need::Replace => {
                    cutter.flush(self)?;
                    let mut skip = Size::default();
                    let slice = self.skip_leaf(cutter.slice, leaf, &mut skip)?;
                    cutter.slice = self.flush_skip(slice, &mut skip);
                }
            }
            if need(var) != Need::Keep {
                cutter.pieces.push(Piece::Member(i));
            }
        }
        cutter.pieces.push(Piece::Raw(cutter.slice));
        Ok(cutter.pieces)
    }

    /// Puts c4 together and stores it.
    pub(super) fn store_pieces(&mut self, pieces: &[Piece]) -> Lowered<()> {
        let layout = layout(self.cx);
        let mut outer = Vec::new();
        let mut builder = self.op1(Op::NewC, &[]);
        for piece in pieces {
            match piece {
                Piece::Raw(slice) => builder = self.op1(Op::StSlice, &[*slice, builder]),
                Piece::NewCell => {
                    outer.push(builder);
                    builder = self.op1(Op::NewC, &[]);
                }
                Piece::Kept { leaf, values } => {
                    let values: Vec<_> = values.iter().flatten().copied().collect();
                    builder = self.store_leaf(builder, &layout.plan.leaves[*leaf].ty, &values, Form::Abi)?;
                }
                Piece::Member(i) => {
                    let var = layout.owners[*i];
                    let first = layout.owners.iter().position(|owner| *owner == var).unwrap_or(*i);
                    let at: usize =
                        layout.plan.leaves[first..*i].iter().map(|leaf| self.slots(&leaf.ty)).sum();
                    let ty = &layout.plan.leaves[*i].ty;
                    let values = self.get(var)?[at..at + self.slots(ty)].to_vec();
                    builder = self.store_leaf(builder, ty, &values, Form::Abi)?;
                }
            }
        }
        self.finish_state(outer, builder);
        Ok(())
    }

    /// Stores all variables from the environment.
    pub(super) fn store_whole(&mut self) -> Lowered<()> {
        let layout = layout(self.cx);
        let mut values = Vec::new();
        for var in stored_vars(self.cx) {
            values.extend(self.get(var)?);
        }
        let builder = self.op1(Op::NewC, &[]);
        let builder = self.encode_plan(&layout.plan, &values, builder, Form::Abi)?;
        self.finish_state(Vec::new(), builder);
        Ok(())
    }

    fn finish_state(&mut self, mut outer: Vec<Value>, mut builder: Value) {
        while let Some(parent) = outer.pop() {
            builder = self.op1(Op::StBRefR, &[parent, builder]);
        }
        let cell = self.op1(Op::EndC, &[builder]);
        self.op0(Op::PopCtr(4), &[cell]);
        self.mark_stored();
    }

    /// c4 is up to date from here on.
    pub(super) fn mark_stored(&mut self) {
        let vars = self.env.vars.iter().filter(|(var, _)| self.cx.is_stored(**var));
        self.env.stored = Some(vars.map(|(var, values)| (*var, values.clone())).collect());
    }

    /// Whether c4 holds the current values of `vars` already.
    fn is_stored_now(&self, vars: &VarSet) -> bool {
        let stored = self.env.stored.as_ref();
        stored.is_some_and(|stored| vars.iter().all(|var| stored.get(var) == self.env.vars.get(var)))
    }

    /// Stores the state as it is now: `commit`, `exit`, or the end of an entry.
    pub(super) fn save_state(&mut self) -> Lowered<()> {
        let dirty: VarSet = self.env.vars.keys().copied().filter(|var| self.cx.saved.contains(var)).collect();
        match self.saving.clone() {
            Saving::Whole => self.store_whole(),
            Saving::Pieces(pieces) => {
                let owners = layout(self.cx).owners;
                let vars: VarSet = pieces
                    .iter()
                    .filter_map(|piece| match piece {
                        Piece::Member(i) => Some(owners[*i]),
                        _ => None,
                    })
                    .collect();
                if self.is_stored_now(&vars) { Ok(()) } else { self.store_pieces(&pieces) }
            }
            Saving::Again if dirty.is_empty() || self.is_stored_now(&dirty) => Ok(()),
            Saving::Again => {
                let slice = self.open_state();
                self.replace_state(slice, &dirty)
            }
        }
    }

    /// Stores an opened c4 with new values of `dirty`.
    pub(super) fn replace_state(&mut self, slice: Value, dirty: &VarSet) -> Lowered<()> {
        let need = |var: Var| if dirty.contains(&var) { Need::Replace } else { Need::Keep };
        let pieces = self.cut_state(slice, &need, true, None)?;
        self.store_pieces(&pieces)
    }

    /// `onCodeUpgrade(…)`: saves the state and runs the selector of the code in c3, with one value.
    pub(super) fn enter_new_code(&mut self, id: FunctionId, args: &[Value]) -> Lowered<()> {
        let function = self.cx.function(id);
        let number = upgrade_id(self.cx, id);
        let Some(number) = u16::try_from(number).ok().filter(|number| *number < 1 << 14 && *number > 0)
        else {
            return Err(self.cx.unsupported(function.span, "a `functionID` of `onCodeUpgrade` above 16383"));
        };
        self.save_state()?;
        let payload = match args {
            [] => self.null(),
            [one] => *one,
            several => self.pack(several),
        };
        let none = self.null();
        // as many values as an entry takes: the selector is the number of the function
        self.op0(Op::CallC3(CallC3 { args: 4, id: number }), &[none, none, none, payload]);
        self.op0(Op::Throw(0), &[]);
        self.end_with(End::Unreachable);
        Ok(())
    }

    /// Public key and static variables from initial data; everything else gets its default. Throws 61.
    pub(super) fn load_initial(&mut self, slice: Value) -> Lowered<()> {
        let dict = self.op1(Op::PldDict, &[slice]);
        let pubkey = self.initial_item(dict, 0);
        let pubkey = self.op1(Op::PldU(256), &[pubkey]);
        self.set(Var::Pubkey, vec![pubkey]);
        if self.cx.has_timestamp() && !self.env.vars.contains_key(&Var::Timestamp) {
            let zero = self.int(0);
            self.set(Var::Timestamp, vec![zero]);
        }
        if self.cx.contract.entries.constructor.is_some() {
            let yes = self.bool(true);
            self.set(Var::ConstructorFlag, vec![yes]);
        }
        let mut key = 0;
        for (i, state) in self.cx.contract.state.iter().enumerate() {
            let var = Var::State(StateId(i as u32));
            let values = match state.storage {
                Storage::Static => {
                    key += 1;
                    let item = self.initial_item(dict, key);
                    let types = std::slice::from_ref(&state.ty);
                    self.decode(types, item, Size::default(), Form::Abi, Trust::Own)?.0
                }
                Storage::NoStorage if self.env.vars.contains_key(&var) => continue,
                _ => self.default(&state.ty),
            };
            self.set(var, values);
        }
        Ok(())
    }

    fn initial_item(&mut self, dict: Value, key: u64) -> Value {
        let (key, width) = (self.int(key), self.int(64));
        let (value, found) = self.op2(Op::DictUGet, &[key, dict, width]);
        self.op0(Op::ThrowIfNot(61), &[found]);
        value
    }
}

/// Number by which new code finds its `onCodeUpgrade`: API.md names 2 where no attribute says otherwise.
pub(super) fn upgrade_id(cx: &Cx<'_>, id: FunctionId) -> u32 {
    cx.function(id).function_id.unwrap_or(2)
}

/// State of cutting an opened c4.
struct Cutter {
    slice: Value,
    /// Members of fixed size that are kept and not yet cut off.
    run: Size,
    keep: bool,
    check: Option<u16>,
    pieces: Vec<Piece>,
}

impl Cutter {
    /// Cuts off the run of kept members.
    fn flush(&mut self, fx: &mut Fx<'_, '_>) -> Lowered<()> {
        let size = std::mem::take(&mut self.run);
        if size == Size::default() {
            return Ok(());
        }
        let (bits, refs) = (fx.int(size.bits), fx.int(size.refs));
        let (piece, rest) = match (self.check.take(), size.refs) {
            (Some(code), 0) => {
                let out = fx.op(Op::LdSliceXQ, &[self.slice, bits]);
                fx.op0(Op::ThrowIfNot(code), &[out[2]]);
                (out[0], out[1])
            }
            (Some(code), _) => {
                let out = fx.op(Op::SplitQ, &[self.slice, bits, refs]);
                fx.op0(Op::ThrowIfNot(code), &[out[2]]);
                (out[0], out[1])
            }
            (None, 0) if !self.keep => {
                self.slice = fx.op1(Op::SdSkipFirst, &[self.slice, bits]);
                return Ok(());
            }
            (None, _) if !self.keep => {
                self.slice = fx.op1(Op::SSkipFirst, &[self.slice, bits, refs]);
                return Ok(());
            }
            (None, 0) => fx.op2(Op::LdSliceX, &[self.slice, bits]),
            (None, _) => fx.op2(Op::Split, &[self.slice, bits, refs]),
        };
        self.pieces.push(Piece::Raw(piece));
        self.slice = rest;
        Ok(())
    }

    /// Notes a member of fixed size for the run; others are kept as their values.
    fn keep_leaf(&mut self, fx: &mut Fx<'_, '_>, index: usize, leaf: &Leaf) -> Lowered<()> {
        if let Some(size) = fixed_size(&leaf.ty) {
            self.run = self.run.add(size);
            return Ok(());
        }
        self.flush(fx)?;
        if !self.keep {
            self.slice = fx.skip_leaf(self.slice, leaf, &mut Size::default())?;
            return Ok(());
        }
        let (values, rest) = fx.load_leaf(self.slice, &leaf.ty, Form::Abi, Trust::Own)?;
        let kept = [values.first().copied(), values.get(1).copied()];
        self.pieces.push(Piece::Kept { leaf: index, values: kept });
        self.slice = rest;
        Ok(())
    }

    /// Takes a member of a variable into the environment.
    fn load(&mut self, fx: &mut Fx<'_, '_>, var: Var, leaf: &Leaf) -> Lowered<()> {
        let (values, rest) = match (self.check.take(), &leaf.ty) {
            (Some(code), Type::Int { signed: false, bits }) => {
                let out = fx.op(Op::LdUQ(*bits), &[self.slice]);
                fx.op0(Op::ThrowIfNot(code), &[out[2]]);
                (vec![out[0]], out[1])
            }
            (check, ty) => {
                if let Some(code) = check {
                    let expanded = fx.is_expanded(self.slice);
                    fx.op0(Op::ThrowIfNot(code), &[expanded]);
                }
                fx.load_leaf(self.slice, ty, Form::Abi, Trust::Own)?
            }
        };
        let mut all = fx.env.vars.remove(&var).unwrap_or_default();
        if all.len() >= fx.slots(&fx.cx.var_type(var)) {
            all.clear();
        }
        all.extend(values);
        fx.set(var, all);
        self.slice = rest;
        Ok(())
    }
}
