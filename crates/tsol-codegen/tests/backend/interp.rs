//! Reference semantics: the representation executed directly.

use std::collections::{BTreeMap, HashMap};

use num_bigint::{BigInt, Sign};
use num_integer::Integer;
use num_traits::{One, Signed, ToPrimitive, Zero};
use tsol_codegen::ir::{Block, Const, End, FuncId, Inst, Module, ScopeId, Value};
use tsol_codegen::opcode::Op;

/// A value of the machine, as far as the tests need them.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum V {
    Null,
    Int(BigInt),
    Tuple(Vec<V>),
    Builder(Vec<bool>),
    Slice(Vec<bool>),
    Cell(Vec<bool>),
    Dict(BTreeMap<u8, Vec<bool>>),
    Other,
}

/// What a run leaves behind.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Outcome {
    pub(crate) exit: i32,
    pub(crate) stack: Vec<V>,
    /// Globals 1..=3.
    pub(crate) globals: Vec<V>,
}

enum Stop {
    Throw(i32, V),
    Fuel,
}

enum Flow {
    Yield(Vec<V>),
    Return(Vec<V>),
    Leave(ScopeId, Vec<V>),
    Break(Vec<V>),
    Continue(Vec<V>),
}

struct Machine<'a> {
    module: &'a Module,
    globals: Vec<V>,
    fuel: u32,
    depth: u32,
}

/// Runs the entry; nothing when the program is too long.
pub(crate) fn interpret(module: &Module, args: Vec<V>) -> Option<Outcome> {
    let mut machine = Machine { module, globals: vec![V::Null; 4], fuel: 20_000, depth: 0 };
    let (exit, stack) = match machine.call(module.entry, args) {
        Ok(stack) => (0, stack),
        Err(Stop::Throw(code, _)) => (code, Vec::new()),
        Err(Stop::Fuel) => return None,
    };
    Some(Outcome { exit, stack, globals: machine.globals[1..].to_vec() })
}

type Env = HashMap<Value, V>;

impl Machine<'_> {
    fn call(&mut self, id: FuncId, args: Vec<V>) -> Result<Vec<V>, Stop> {
        let function = &self.module.functions[id.0 as usize];
        let mut env: Env = function.params.iter().copied().zip(args).collect();
        self.depth += 1;
        if self.depth > 40 {
            return Err(Stop::Fuel);
        }
        let flow = self.block(&function.body, &mut env);
        self.depth -= 1;
        match flow? {
            Flow::Return(values) => Ok(values),
            _ => panic!("function did not return"),
        }
    }

    fn block(&mut self, block: &Block, env: &mut Env) -> Result<Flow, Stop> {
        for inst in &block.insts {
            if let Some(flow) = self.inst(inst, env)? {
                return Ok(flow);
            }
        }
        let get = |values: &[Value]| values.iter().map(|v| env[v].clone()).collect::<Vec<V>>();
        Ok(match &block.end {
            End::Yield(values) => Flow::Yield(get(values)),
            End::Return(values) => Flow::Return(get(values)),
            End::Leave(id, values) => Flow::Leave(*id, get(values)),
            End::Break(values) => Flow::Break(get(values)),
            End::Continue(values) => Flow::Continue(get(values)),
            End::Unreachable => panic!("unreachable reached"),
        })
    }

    fn finish(dsts: &[Value], flow: Flow, env: &mut Env) -> Option<Flow> {
        match flow {
            Flow::Yield(values) => {
                env.extend(dsts.iter().copied().zip(values));
                None
            }
            other => Some(other),
        }
    }

    fn inst(&mut self, inst: &Inst, env: &mut Env) -> Result<Option<Flow>, Stop> {
        if self.fuel == 0 {
            return Err(Stop::Fuel);
        }
        self.fuel -= 1;
        let truth = |v: &V| match v {
            V::Int(n) => Ok(!n.is_zero()),
            _ => Err(Stop::Throw(7, V::Int(0.into()))),
        };
        match inst {
            Inst::Const { dst, value, .. } => {
                let value = match value {
                    Const::Int(n) => V::Int(n.clone()),
                    Const::Null => V::Null,
                    Const::EmptyTuple => V::Tuple(Vec::new()),
                    other => panic!("constant {other}"),
                };
                env.insert(*dst, value);
            }
            Inst::Op { op, args, dsts, .. } => {
                let args: Vec<V> = args.iter().map(|v| env[v].clone()).collect();
                let results = self.op(*op, args)?;
                assert_eq!(results.len(), dsts.len(), "{op}");
                env.extend(dsts.iter().copied().zip(results));
            }
            Inst::Call { func, args, dsts, .. } => {
                let args = args.iter().map(|v| env[v].clone()).collect();
                let results = self.call(*func, args)?;
                env.extend(dsts.iter().copied().zip(results));
            }
            Inst::If { cond, then, els, dsts, .. } => {
                let block = if truth(&env[cond])? { then } else { els };
                let flow = self.block(block, env)?;
                return Ok(Self::finish(dsts, flow, env));
            }
            Inst::Switch { on, cases, default, dsts, .. } => {
                let V::Int(n) = &env[on] else { panic!("switch on {:?}", env[on]) };
                let hit = cases.iter().find(|(key, _)| BigInt::from(*key) == *n);
                let block = hit.map_or(default, |(_, block)| block);
                let flow = self.block(block, env)?;
                return Ok(Self::finish(dsts, flow, env));
            }
            Inst::Loop { inits, params, cond, body, dsts, .. } => {
                let mut values: Vec<V> = inits.iter().map(|v| env[v].clone()).collect();
                loop {
                    if self.fuel == 0 {
                        return Err(Stop::Fuel);
                    }
                    self.fuel -= 1;
                    env.extend(params.iter().copied().zip(values.clone()));
                    if let Some(cond) = cond {
                        match self.block(cond, env)? {
                            Flow::Yield(flag) if !truth(&flag[0])? => break,
                            Flow::Yield(_) => {}
                            _ => panic!("condition left the loop"),
                        }
                    }
                    match self.block(body, env)? {
                        Flow::Continue(next) => values = next,
                        Flow::Break(next) => {
                            values = next;
                            break;
                        }
                        _ => panic!("loop body crossed its border"),
                    }
                }
                env.extend(dsts.iter().copied().zip(values));
            }
            Inst::Scope { id, body, dsts, .. } => {
                let flow = match self.block(body, env)? {
                    Flow::Leave(to, values) if to == *id => Flow::Yield(values),
                    other => other,
                };
                return Ok(Self::finish(dsts, flow, env));
            }
            Inst::Try { body, catch, thrown, dsts, .. } => {
                let depth = self.depth;
                let flow = match self.block(body, env) {
                    Err(Stop::Throw(code, arg)) => {
                        self.depth = depth;
                        env.insert(thrown[0], arg);
                        env.insert(thrown[1], V::Int(code.into()));
                        self.block(catch, env)?
                    }
                    other => other?,
                };
                return Ok(Self::finish(dsts, flow, env));
            }
        }
        Ok(None)
    }

    fn op(&mut self, op: Op, args: Vec<V>) -> Result<Vec<V>, Stop> {
        let throw = |code: i32| Err(Stop::Throw(code, V::Int(0.into())));
        let int = |n: BigInt| {
            if fits(&n, 257) { Ok(vec![V::Int(n)]) } else { Err(Stop::Throw(4, V::Int(0.into()))) }
        };
        let flag = |b: bool| Ok(vec![V::Int(if b { -1 } else { 0 }.into())]);
        let ints: Vec<BigInt> =
            args.iter().filter_map(|v| if let V::Int(n) = v { Some(n.clone()) } else { None }).collect();
        match op {
            Op::Add => int(&ints[0] + &ints[1]),
            Op::Sub => int(&ints[0] - &ints[1]),
            Op::SubR => int(&ints[1] - &ints[0]),
            Op::Mul => int(&ints[0] * &ints[1]),
            Op::Negate => int(-&ints[0]),
            Op::Inc => int(&ints[0] + 1),
            Op::Dec => int(&ints[0] - 1),
            Op::AddConst(n) => int(&ints[0] + BigInt::from(n)),
            Op::MulConst(n) => int(&ints[0] * BigInt::from(n)),
            Op::Div | Op::Mod | Op::DivMod if ints[1].is_zero() => throw(4),
            Op::Div => int(ints[0].div_floor(&ints[1])),
            Op::Mod => int(ints[0].mod_floor(&ints[1])),
            Op::DivMod => {
                let (q, r) = ints[0].div_mod_floor(&ints[1]);
                if !fits(&q, 257) {
                    return throw(4);
                }
                Ok(vec![V::Int(q), V::Int(r)])
            }
            Op::MulDiv if ints[2].is_zero() => throw(4),
            Op::MulDiv => int((&ints[0] * &ints[1]).div_floor(&ints[2])),
            Op::And => int(&ints[0] & &ints[1]),
            Op::Or => int(&ints[0] | &ints[1]),
            Op::Xor => int(&ints[0] ^ &ints[1]),
            Op::Not => int(-&ints[0] - 1),
            Op::Min => int(ints[0].clone().min(ints[1].clone())),
            Op::Max => int(ints[0].clone().max(ints[1].clone())),
            Op::Abs => int(ints[0].abs()),
            Op::Sgn => int(ints[0].signum()),
            Op::LShiftConst(n) => int(&ints[0] << n),
            Op::RShiftConst(n) => int(&ints[0] >> n),
            Op::LShift | Op::RShift => {
                let Some(n) = ints[1].to_u32().filter(|&n| n < 1024) else { return throw(5) };
                int(if op == Op::LShift { &ints[0] << n } else { &ints[0] >> n })
            }
            Op::ModPow2Const(n) => int(ints[0].mod_floor(&(BigInt::one() << n))),
            Op::UFits(n) => {
                if ints[0].sign() != Sign::Minus && ints[0].bits() <= n.into() {
                    int(ints[0].clone())
                } else {
                    throw(4)
                }
            }
            Op::Fits(n) => {
                if fits(&ints[0], n.into()) {
                    int(ints[0].clone())
                } else {
                    throw(4)
                }
            }
            Op::Less => flag(ints[0] < ints[1]),
            Op::Greater => flag(ints[0] > ints[1]),
            Op::Leq => flag(ints[0] <= ints[1]),
            Op::Geq => flag(ints[0] >= ints[1]),
            Op::Equal => flag(ints[0] == ints[1]),
            Op::Neq => flag(ints[0] != ints[1]),
            Op::EqInt(n) => flag(ints[0] == BigInt::from(n)),
            Op::NeqInt(n) => flag(ints[0] != BigInt::from(n)),
            Op::LessInt(n) => flag(ints[0] < BigInt::from(n)),
            Op::GtInt(n) => flag(ints[0] > BigInt::from(n)),
            Op::CondSel => Ok(vec![if ints[0].is_zero() { args[2].clone() } else { args[1].clone() }]),
            Op::IsNull => flag(args[0] == V::Null),
            Op::Tuple(_) => Ok(vec![V::Tuple(args)]),
            Op::Untuple(n) => match &args[0] {
                V::Tuple(items) if items.len() == usize::from(n) => Ok(items.clone()),
                _ => throw(7),
            },
            Op::Index(n) => match &args[0] {
                V::Tuple(items) => {
                    items.get(usize::from(n)).map_or_else(|| throw(5), |v| Ok(vec![v.clone()]))
                }
                _ => throw(7),
            },
            Op::SetIndex(n) => match &args[0] {
                V::Tuple(items) if usize::from(n) < items.len() => {
                    let mut items = items.clone();
                    items[usize::from(n)] = args[1].clone();
                    Ok(vec![V::Tuple(items)])
                }
                V::Tuple(_) => throw(5),
                _ => throw(7),
            },
            Op::NewC => Ok(vec![V::Builder(Vec::new())]),
            Op::StU(n) | Op::StUR(n) | Op::StI(n) => {
                let (number, builder) =
                    if matches!(op, Op::StUR(_)) { (&args[1], &args[0]) } else { (&args[0], &args[1]) };
                let (V::Int(number), V::Builder(bits)) = (number, builder) else { return throw(7) };
                let mut bits = bits.clone();
                if bits.len() + usize::from(n) > 1023 {
                    return throw(8);
                }
                let good = match op {
                    Op::StI(_) => fits(number, n.into()),
                    _ => number.sign() != Sign::Minus && number.bits() <= n.into(),
                };
                if !good {
                    return throw(5);
                }
                bits.extend((0..n).rev().map(|i| (number >> i).is_odd()));
                Ok(vec![V::Builder(bits)])
            }
            Op::StSlice | Op::StB => {
                let (V::Slice(more) | V::Builder(more), V::Builder(bits)) = (&args[0], &args[1]) else {
                    return throw(7);
                };
                if bits.len() + more.len() > 1023 {
                    return throw(8);
                }
                Ok(vec![V::Builder([bits.clone(), more.clone()].concat())])
            }
            Op::StSliceConst(data) => {
                let V::Builder(bits) = &args[0] else { return throw(7) };
                let mut bits = bits.clone();
                if bits.len() + usize::from(data.len) > 1023 {
                    return throw(8);
                }
                bits.extend((0..data.len).rev().map(|i| data.bits >> i & 1 == 1));
                Ok(vec![V::Builder(bits)])
            }
            Op::EndC => match &args[0] {
                V::Builder(bits) => Ok(vec![V::Cell(bits.clone())]),
                _ => throw(7),
            },
            Op::CToS => match &args[0] {
                V::Cell(bits) => Ok(vec![V::Slice(bits.clone())]),
                _ => throw(7),
            },
            Op::LdU(n) | Op::PldU(n) => match &args[0] {
                V::Slice(bits) if bits.len() >= n.into() => {
                    let (head, rest) = bits.split_at(n.into());
                    let number = head.iter().fold(BigInt::zero(), |acc, &bit| acc * 2 + u8::from(bit));
                    let mut results = vec![V::Int(number)];
                    if matches!(op, Op::LdU(_)) {
                        results.push(V::Slice(rest.to_vec()));
                    }
                    Ok(results)
                }
                V::Slice(_) => throw(9),
                _ => throw(7),
            },
            Op::BBits => match &args[0] {
                V::Builder(bits) => int(bits.len().into()),
                _ => throw(7),
            },
            Op::BToS => match &args[0] {
                V::Builder(bits) => Ok(vec![V::Slice(bits.clone())]),
                _ => throw(7),
            },
            Op::SBits => match &args[0] {
                V::Slice(bits) => int(bits.len().into()),
                _ => throw(7),
            },
            Op::LdUQ(n) => match &args[0] {
                V::Slice(bits) if bits.len() >= n.into() => {
                    let mut results = self.op(Op::LdU(n), args)?;
                    results.push(V::Int((-1).into()));
                    Ok(results)
                }
                V::Slice(_) => Ok(vec![args[0].clone(), V::Null, V::Int(0.into())]),
                _ => throw(7),
            },
            Op::DictUSetB | Op::DictUGet | Op::DictUDelGet | Op::DictUMin => {
                let (V::Int(bits), dict) = (&args[args.len() - 1], &args[args.len() - 2]) else {
                    return throw(7);
                };
                assert_eq!(*bits, BigInt::from(8));
                let mut dict = match dict {
                    V::Null => BTreeMap::new(),
                    V::Dict(map) => map.clone(),
                    _ => return throw(7),
                };
                let pack = |map: BTreeMap<u8, Vec<bool>>| if map.is_empty() { V::Null } else { V::Dict(map) };
                let flag = |b: bool| V::Int(if b { -1 } else { 0 }.into());
                let found = |v: Option<Vec<bool>>| v.map_or(V::Null, V::Slice);
                if op == Op::DictUMin {
                    let first = dict.pop_first();
                    return Ok(match first {
                        Some((key, value)) => vec![V::Slice(value), V::Int(key.into()), flag(true)],
                        None => vec![V::Null, V::Null, flag(false)],
                    });
                }
                let V::Int(key) = &args[args.len() - 3] else { return throw(7) };
                let key = key.to_u8();
                Ok(match op {
                    Op::DictUSetB => {
                        let Some(key) = key else { return throw(5) };
                        let V::Builder(value) = &args[0] else { return throw(7) };
                        dict.insert(key, value.clone());
                        vec![pack(dict)]
                    }
                    Op::DictUGet => {
                        let value = key.and_then(|key| dict.get(&key).cloned());
                        let hit = flag(value.is_some());
                        vec![found(value), hit]
                    }
                    _ => {
                        let value = key.and_then(|key| dict.remove(&key));
                        let hit = flag(value.is_some());
                        vec![pack(dict), found(value), hit]
                    }
                })
            }
            Op::SetGlob(n) => {
                self.globals[usize::from(n)] = args[0].clone();
                Ok(Vec::new())
            }
            Op::GetGlob(n) => Ok(vec![self.globals[usize::from(n)].clone()]),
            Op::Throw(n) => throw(n.into()),
            Op::ThrowIf(n) if !ints[0].is_zero() => throw(n.into()),
            Op::ThrowIfNot(n) if ints[0].is_zero() => throw(n.into()),
            Op::ThrowIf(_) | Op::ThrowIfNot(_) => Ok(Vec::new()),
            Op::ThrowArg(n) => Err(Stop::Throw(n.into(), args[0].clone())),
            other => panic!("operation {other} is not in the reference"),
        }
    }
}

fn fits(n: &BigInt, bits: u64) -> bool {
    let magnitude = if n.sign() == Sign::Minus { n + 1 } else { n.clone() };
    magnitude.bits() < bits
}
