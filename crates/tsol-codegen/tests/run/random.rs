//! Random expressions over integers of all widths on the machine and on big integers.

use num_bigint::BigInt;
use num_integer::Integer;
use tycho_types::abi::AbiValue;

use crate::world::{World, args};

/// Printed with every failure; change it to look at other programs.
const SEED: u64 = 0x5EED_2024;

struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, n: u64) -> u64 {
        self.next() % n
    }
}

#[derive(Clone, Copy)]
struct Ty {
    signed: bool,
    bits: u16,
}

impl Ty {
    fn name(self) -> String {
        format!("{}{}", if self.signed { "int" } else { "uint" }, self.bits)
    }

    fn range(self) -> (BigInt, BigInt) {
        let one = BigInt::from(1);
        match self.signed {
            true => (-(&one << (self.bits - 1)), (&one << (self.bits - 1)) - 1),
            false => (BigInt::ZERO, (&one << self.bits) - 1),
        }
    }

    fn fit(self, value: BigInt) -> Option<BigInt> {
        let (low, high) = self.range();
        (low <= value && value <= high).then_some(value)
    }

    fn sample(self, random: &mut Random) -> BigInt {
        let (low, high) = self.range();
        match random.below(8) {
            0 => low,
            1 => high,
            2 => BigInt::ZERO,
            3 => BigInt::from(1),
            4 if self.signed => BigInt::from(-1),
            5 => high - 1,
            6 => BigInt::from(random.below(100)).clamp(low, high),
            _ => {
                let mut wide = BigInt::ZERO;
                for _ in 0..4 {
                    wide = (wide << 64) + random.next();
                }
                // any magnitude, not only the largest
                let wide = wide >> random.below(256);
                let span: BigInt = &high - &low + 1;
                low + wide.mod_floor(&span)
            }
        }
    }
}

enum E {
    Param(usize),
    Binary(&'static str, Box<E>, Box<E>),
    Literal(BigInt),
    Shift(bool, Box<E>, u16),
    Not(Box<E>),
    Neg(Box<E>),
    Choose(&'static str, Box<E>, Box<E>, Box<E>, Box<E>),
    Call(&'static str, Vec<E>),
}

fn expression(random: &mut Random, ty: Ty, depth: u32) -> E {
    if depth == 0 {
        return E::Param(random.below(3) as usize);
    }
    let sub = |random: &mut Random| Box::new(expression(random, ty, depth - 1));
    match random.below(12) {
        0 => E::Param(random.below(3) as usize),
        1 => {
            let op = ["+", "-", "*", "&", "|", "^"][random.below(6) as usize];
            let left = sub(random);
            E::Binary(op, left, Box::new(E::Literal(ty.sample(random))))
        }
        2 => E::Shift(random.below(2) == 0, sub(random), random.below(u64::from(ty.bits)) as u16),
        3 => E::Not(sub(random)),
        4 if ty.signed => E::Neg(sub(random)),
        5 => {
            let op = ["<", "<=", ">", ">=", "==", "!="][random.below(6) as usize];
            E::Choose(op, sub(random), sub(random), sub(random), sub(random))
        }
        6 => {
            let name = ["math.min", "math.max"][random.below(2) as usize];
            E::Call(name, vec![*sub(random), *sub(random)])
        }
        7 => {
            let name = ["math.muldiv", "math.muldivc"][random.below(2) as usize];
            E::Call(name, vec![*sub(random), *sub(random), *sub(random)])
        }
        _ => {
            let op = ["+", "-", "*", "/", "%", "&", "|", "^"][random.below(8) as usize];
            E::Binary(op, sub(random), sub(random))
        }
    }
}

fn text(e: &E, ty: Ty) -> String {
    let t = |e: &E| text(e, ty);
    match e {
        E::Param(i) => ["a", "b", "c"][*i].to_owned(),
        E::Literal(value) => format!("{}({value})", ty.name()),
        E::Binary(op, a, b) => format!("({} {op} {})", t(a), t(b)),
        E::Shift(left, a, n) => format!("({} {} {n})", t(a), if *left { "<<" } else { ">>" }),
        E::Not(a) => format!("(~{})", t(a)),
        E::Neg(a) => format!("(-{})", t(a)),
        E::Choose(op, a, b, x, y) => format!("({} {op} {} ? {} : {})", t(a), t(b), t(x), t(y)),
        E::Call(name, list) => format!("{name}({})", list.iter().map(t).collect::<Vec<_>>().join(", ")),
    }
}

/// What the reference says; nothing where it throws.
fn value(e: &E, ty: Ty, params: &[BigInt]) -> Option<BigInt> {
    let v = |e: &E| value(e, ty, params);
    match e {
        E::Param(i) => Some(params[*i].clone()),
        E::Literal(value) => Some(value.clone()),
        E::Binary(op, a, b) => {
            let (a, b) = (v(a)?, v(b)?);
            ty.fit(match *op {
                "+" => a + b,
                "-" => a - b,
                "*" => a * b,
                "&" => a & b,
                "|" => a | b,
                "^" => a ^ b,
                _ if b == BigInt::ZERO => return None,
                "/" => a.div_floor(&b),
                _ => a.mod_floor(&b),
            })
        }
        E::Shift(true, a, n) => ty.fit(v(a)? << n),
        E::Shift(false, a, n) => Some(v(a)? >> n),
        E::Not(a) if ty.signed => Some(-v(a)? - 1),
        E::Not(a) => Some(ty.range().1 - v(a)?),
        E::Neg(a) => ty.fit(-v(a)?),
        E::Choose(op, a, b, x, y) => {
            let (a, b) = (v(a)?, v(b)?);
            let holds = match *op {
                "<" => a < b,
                "<=" => a <= b,
                ">" => a > b,
                ">=" => a >= b,
                "==" => a == b,
                _ => a != b,
            };
            v(if holds { x } else { y })
        }
        E::Call(name, list) => {
            let list: Option<Vec<_>> = list.iter().map(v).collect();
            let list = list?;
            match *name {
                "math.min" => list.into_iter().min(),
                "math.max" => list.into_iter().max(),
                _ if list[2] == BigInt::ZERO => None,
                "math.muldiv" => ty.fit((&list[0] * &list[1]).div_floor(&list[2])),
                _ => ty.fit((&list[0] * &list[1]).div_ceil(&list[2])),
            }
        }
    }
}

fn abi(ty: Ty, value: &BigInt) -> AbiValue {
    match ty.signed {
        true => AbiValue::Int(ty.bits, value.clone()),
        false => AbiValue::Uint(ty.bits, value.to_biguint().unwrap()),
    }
}

#[test]
fn random_expressions_agree_with_big_integers() {
    let mut random = Random(SEED);
    let widths = [1, 7, 8, 16, 31, 32, 64, 100, 128, 255, 256];
    let mut threw = 0;
    for round in 0..210 {
        let functions: Vec<(Ty, E)> = (0..8)
            .map(|_| {
                let ty = Ty {
                    signed: random.below(2) == 0,
                    bits: widths[random.below(widths.len() as u64) as usize].max(2),
                };
                let depth = 1 + random.below(4) as u32;
                (ty, expression(&mut random, ty, depth))
            })
            .collect();
        let mut source = "contract Random {\n    constructor() { tvm.accept(); }\n".to_owned();
        for (i, (ty, e)) in functions.iter().enumerate() {
            let (name, body) = (ty.name(), text(e, *ty));
            source += &format!(
                "    function f{i}({name} a, {name} b, {name} c) public pure returns ({name} r) {{ r = {body}; }}\n"
            );
        }
        source += "}";
        let mut world = World::deployed(&source, &[]);
        for (i, (ty, e)) in functions.iter().enumerate() {
            for _ in 0..12 {
                let params: Vec<_> = (0..3).map(|_| ty.sample(&mut random)).collect();
                let list: Vec<_> =
                    ["a", "b", "c"].into_iter().zip(params.iter().map(|v| abi(*ty, v))).collect();
                let name = format!("f{i}");
                let what = || format!("seed {SEED:#x}, round {round}: {name}{params:?} = {}", text(e, *ty));
                match value(e, *ty, &params) {
                    Some(wanted) => {
                        let message = world.external_message(&name, &args(&list), false, None);
                        let outcome = world.send(message, false);
                        assert_eq!(outcome.exit, 0, "{}", what());
                        let body = outcome.sent[0].body.as_slice().unwrap();
                        let got = world.abi.functions[&*name].decode_output(body).unwrap();
                        assert_eq!(got[0].value, abi(*ty, &wanted), "{}", what());
                    }
                    None => {
                        threw += 1;
                        let message = world.external_message(&name, &args(&list), false, None);
                        let outcome = world.send(message, false);
                        assert!([4, 5].contains(&outcome.exit), "exit {}: {}", outcome.exit, what());
                    }
                }
            }
        }
    }
    assert!(threw > 100, "overflow is tested, too: {threw}");
}
