//! Functions, members and values that the language provides (API.md), after overload resolution.
//!
//! Each variant says what its operands are, in the order in which
//! [`ExprKind::Builtin`](crate::hir::ExprKind::Builtin) holds them and in which they are evaluated.
//! Operands already have the type named here: the checker has inserted the conversions.
//!
//! Conventions
//! - Where [`Builtin::writes_receiver`] is true, operand 0 is a place (local, state variable, member or
//!   element of a place). The operation reads it, computes, and writes the new value back. The result of
//!   the expression is what the documentation calls *result*.
//! - Element, key and value types are not repeated in the variants: they follow from the types of the
//!   operands and from the type of the expression. `T` below is the type of operand 0 unless said otherwise.
//! - `Q` variants give an `optional` instead of throwing.
//! - The exit codes named are those of API.md, "Solidity runtime errors".
//!
//! Addresses are sent to with [`ExprKind::Transfer`](crate::hir::ExprKind::Transfer), not with a builtin.

/// What evaluating a builtin may do besides giving a value (reading and writing of places apart).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Effect {
    /// Equal operands give an equal result in the whole transaction and nothing is thrown: may be dropped,
    /// doubled, moved.
    Pure,
    /// As [`Effect::Pure`], but may throw for some operands: may be dropped only if the throw is kept.
    Throws,
    /// The result depends on what happened before (gas, random seed, c4, c5): must keep its order.
    Reads,
    /// Changes something outside of the expression (gas limit, actions, seed, code, c4, control flow).
    Acts,
}

/// One piece of a `format` template.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum FormatPart {
    /// Literal text.
    Text(Vec<u8>),
    /// The next operand.
    Value(FormatSpec),
}

/// How `format` prints one operand.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct FormatSpec {
    /// Number base or form.
    pub radix: Radix,
    /// Pads with `0` rather than with blanks.
    pub zero_pad: bool,
    /// Least width; 0 where none is given.
    pub width: u8,
}

/// Form of an integer in `format`.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Radix {
    /// `{}`, `{:d}`: decimal; addresses as `wid:hash` in hexadecimal, strings as they are, `true`/`false`.
    #[default]
    Decimal,
    /// `x`.
    LowerHex,
    /// `X`.
    UpperHex,
    /// `t`: nano as a sum with nine decimals.
    Ton,
}

/// A builtin operation. Types in brackets are those of the operands; see the page of the module.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Builtin {
    // --- msg: no operands
    /// `msg.sender`: `address`; `address(0)` for external messages and tick-tock.
    MsgSender,
    /// `msg.value`: `varuint16`; 0 for external messages.
    MsgValue,
    /// `msg.currencies`: `mapping(uint32 => varuint32)`.
    MsgCurrencies,
    /// `msg.pubkey()`: `uint256`; 0 if the message is not signed.
    MsgPubkey,
    /// `msg.isInternal`: `bool`.
    MsgIsInternal,
    /// `msg.isExternal`: `bool`.
    MsgIsExternal,
    /// `msg.isTickTock`: `bool`.
    MsgIsTickTock,
    /// `msg.createdAt`: `uint32`, the field `created_at` of an internal message.
    MsgCreatedAt,
    /// `msg.data`: `TvmCell`, the whole message.
    MsgData,
    /// `msg.forwardFee`: `varuint16`; 0 for external messages.
    MsgForwardFee,
    /// `msg.importFee`: `varuint16`; 0 for internal messages.
    MsgImportFee,
    /// `msg.body`: `TvmSlice`.
    MsgBody,
    /// `msg.hasStateInit`: `bool`.
    MsgHasStateInit,

    // --- tx, block, this: no operands
    /// `tx.logicaltime`: `uint64`.
    TxLogicalTime,
    /// `tx.storageFee`: `varuint16`.
    TxStorageFee,
    /// `block.timestamp`, `now`: `uint32`.
    BlockTimestamp,
    /// `block.logicaltime`: `uint64`.
    BlockLogicalTime,
    /// `address(this)` and `this`: `address` or the contract type.
    This,
    /// `address(this).balance`: `varuint16`; changes after `tvm.accept` only by what the machine reports.
    Balance,
    /// `address(this).currencies`: `mapping(uint32 => varuint32)`.
    Currencies,

    // --- tvm
    /// `tvm.accept()`: no operands, no result.
    Accept,
    /// `tvm.setGasLimit(uint256)`: no result.
    SetGasLimit,
    /// `tvm.buyGas(uint256 nano)`: no result.
    BuyGas,
    /// `tvm.commit()`: writes the state variables to c4, then COMMIT.
    Commit,
    /// `tvm.rawCommit()`: COMMIT only.
    RawCommit,
    /// `tvm.getData()`: `TvmCell`, c4 as it is (state before the transaction or the last commit).
    GetData,
    /// `tvm.setData(TvmCell)`: sets c4; no result.
    SetData,
    /// `tvm.log(string)`, `logtvm(string)`: no result.
    Log,
    /// `tvm.hexdump(integer | TvmCell)`: no result.
    HexDump,
    /// `tvm.bindump(integer | TvmCell)`: no result.
    BinDump,
    /// `tvm.setcode(TvmCell)`: action, no result.
    SetCode,
    /// `tvm.setCurrentCode(TvmCell)`: sets c3, no result.
    SetCurrentCode,
    /// `tvm.rawConfigParam(int32)`: `optional(TvmCell)`.
    RawConfigParam,
    /// `tvm.rawReserve(uint256 value, uint8 flag)`: action, no result.
    RawReserve,
    /// `tvm.rawReserve(uint256 value, mapping(uint32 => varuint32), uint8 flag)`: action, no result.
    RawReserveExtra,
    /// `tvm.initCodeHash()`: `uint256`.
    InitCodeHash,
    /// `tvm.hash(TvmCell | bytes | string)`: representation hash of the cell (HASHCU), `uint256`.
    HashCell,
    /// `tvm.hash(TvmSlice)`: HASHSU, `uint256`.
    HashSlice,
    /// `tvm.checkSign(uint256 hash, uint256 high, uint256 low, uint256 pubkey)`: `bool`.
    CheckSignParts,
    /// `tvm.checkSign(uint256 hash, TvmSlice signature, uint256 pubkey)`: `bool`.
    CheckSignHash,
    /// `tvm.checkSign(TvmSlice data, TvmSlice signature, uint256 pubkey)`: `bool`.
    CheckSignData,
    /// `tvm.code()`: `TvmCell`.
    Code,
    /// `tvm.pubkey()`: `uint256`, the hidden state variable `_pubkey`.
    Pubkey,
    /// `tvm.setPubkey(uint256)`: writes `_pubkey`; no result.
    SetPubkey,
    /// `tvm.resetStorage()`: all state variables get the defaults of their types; no result.
    ResetStorage,
    /// `tvm.exit()`: saves the state and ends with code 0; does not return.
    Exit,
    /// `tvm.exit1()`: saves the state and ends with code 1; does not return.
    Exit1,
    /// `tvm.sendrawmsg(TvmCell message, uint8 flag)`: action, no result.
    SendRawMsg,

    // --- abi
    /// `abi.encode(T0, T1, …)`: `TvmCell`, the ABI encoding of the values.
    AbiEncode,
    /// `abi.decode(TvmCell, (T0, T1, …))`: operand 0 only; the types are those of the expression (a tuple for
    /// several). Throws if something is left over or missing.
    AbiDecode,
    /// `abi.stateInitHash(uint256 codeHash, uint256 dataHash, uint16 codeDepth, uint16 dataDepth)`: `uint256`.
    StateInitHash,
    /// `abi.codeSalt(TvmCell)`: `optional(TvmCell)`.
    CodeSalt,
    /// `abi.setCodeSalt(TvmCell code, TvmCell salt)`: `TvmCell`.
    SetCodeSalt,

    // --- math: all operands and results have one integer type T (the type of the expression), unless said otherwise
    /// `math.min(T, T, …)`, two operands or more.
    MathMin,
    /// `math.max(T, T, …)`, two operands or more.
    MathMax,
    /// `math.minmax(T, T)`: `(T, T)`.
    MathMinMax,
    /// `math.abs(T1)`: the unsigned type with one bit less than a signed `T1`; throws 5 for what does not fit.
    MathAbs,
    /// `math.modpow2(T)` with the power: rounds towards zero never, result is in `0 .. 2^power`.
    MathModPow2(u16),
    /// `math.divr(T, T)`: to the nearest.
    MathDivR,
    /// `math.divc(T, T)`: up.
    MathDivC,
    /// `math.divmod(T, T)`: `(T quotient, T remainder)`, down.
    MathDivMod,
    /// `math.muldiv(T, T, T)`: down, 514 bits in between.
    MathMulDiv,
    /// `math.muldivr(T, T, T)`: to the nearest.
    MathMulDivR,
    /// `math.muldivc(T, T, T)`: up.
    MathMulDivC,
    /// `math.muldivmod(T, T, T)`: `(T quotient, T remainder)`, down.
    MathMulDivMod,
    /// `math.mulmod(T, T, T)`: the remainder.
    MathMulMod,
    /// `math.sign(T1)`: `int2`.
    MathSign,

    // --- rnd
    /// `rnd.next()`: `uint256`.
    RndNext,
    /// `rnd.next(T limit)`: `T`.
    RndNextLimit,
    /// `rnd.getSeed()`: `uint256`.
    RndGetSeed,
    /// `rnd.setSeed(uint256)`: no result.
    RndSetSeed,
    /// `rnd.shuffle(uint256)`: mixes the number in; no result.
    RndShuffle,
    /// `rnd.shuffle()`: mixes the logical time of the transaction in; no result.
    RndShuffleTime,

    // --- free functions
    /// `gasToValue(uint128 gas)` and `gasToValue(uint128 gas, int8 wid)`: `uint128`; the second operand may be missing.
    GasToValue,
    /// `valueToGas(uint128 nano)` and `valueToGas(uint128 nano, int8 wid)`: `uint128`; the second operand may be missing.
    ValueToGas,
    /// `gasleft()`: `uint64`.
    GasLeft,
    /// `require(bool, code)` and `require(bool, code, T value)`: the code is an unsigned integer (the literal 100 where
    /// the source has none, and with `require(bool, string)`); a code that is not a literal and is below 2
    /// becomes 100. No result.
    Require,
    /// `revert(code)` and `revert(code, T value)`: as [`Builtin::Require`]; does not return.
    Revert,
    /// `selfdestruct(address)`: sends everything with flag 128 + 32; does not end the function.
    SelfDestruct,
    /// `sha256(TvmSlice)`: `uint256`.
    Sha256Slice,
    /// `sha256(bytes | string)`: of the first 127 bytes, `uint256`.
    Sha256Bytes,
    /// `format("…", values…)`: the template is cut into parts, one operand for each [`FormatPart::Value`]; `string`.
    Format(Vec<FormatPart>),
    /// `stoi(string)`: `optional(int256)`.
    Stoi,
    /// `bitSize(int257)`: `uint16`.
    BitSize,
    /// `uBitSize(uint256)`: `uint16`.
    UBitSize,
    /// `<integer>.cast(T)`: keeps the low bits, never throws; from the type of the operand to that of the expression,
    /// which have one signedness or one width.
    Cast,

    // --- quiet integers and qbool: operand 0 is the quiet value
    /// `.isNaN()`: `bool`.
    IsNan,
    /// `.get()` of a quiet value: the plain type; throws 80 for NaN.
    QuietGet,
    /// `.getOr(T default)`: the plain type.
    QuietGetOr,
    /// `.getOrDefault()`: the plain type, 0 or `false` for NaN.
    QuietGetOrDefault,
    /// `.toOptional()`: `optional` of the plain type.
    QuietToOptional,
    /// The constant `NaN` of a quiet type; no operands.
    Nan,

    // --- address: operand 0 is the address
    /// `address.makeAddrStd(int8 wid, uint256 value)`: `address`.
    MakeAddrStd,
    /// `address.makeAddrExtern(uint256 value, uint256 bits)`: `address`.
    MakeAddrExtern,
    /// `.wid`: `int8`; throws 5 for other than `addr_std`/`addr_var`.
    AddrWid,
    /// `.value`: `uint256`; throws 5 for other than `addr_std`/`addr_var`.
    AddrValue,
    /// `.getType()`: `uint4`.
    AddrType,
    /// `.isStdZero()`: `bool`.
    AddrIsStdZero,
    /// `.isStdAddrWithoutAnyCast()`: `bool`.
    AddrIsStdWithoutAnycast,
    /// `.isExternZero()`: `bool`.
    AddrIsExternZero,
    /// `.isNone()`: `bool`.
    AddrIsNone,
    /// `.unpack()`: `(int32 wid, uint256 value)`.
    AddrUnpack,

    // --- TvmCell: operand 0 is the cell; `bytes` and `string` share what is said so
    /// `.depth()` of a cell: `uint16`.
    CellDepth,
    /// `.dataSize(uint256 n)` of a cell, `bytes`, `string`: `(uint256 cells, uint256 bits, uint256 refs)`.
    CellDataSize,
    /// `.dataSizeQ(uint256 n)` of a cell, `bytes`, `string`: `optional` of the three.
    CellDataSizeQ,
    /// `.toSlice()` of a cell, `bytes`, `string`: `TvmSlice`.
    CellToSlice,
    /// `.exoticToSlice()`: `(TvmSlice, bool)`.
    CellExoticToSlice,
    /// `.loadExoticCell()`: `TvmCell`.
    CellLoadExotic,
    /// `.loadExoticCellQ()`: `(TvmCell, bool)`.
    CellLoadExoticQ,

    // --- TvmSlice: operand 0 is the slice
    /// `.empty()`: `bool`.
    SliceEmpty,
    /// `.bitEmpty()`: `bool`.
    SliceBitEmpty,
    /// `.refEmpty()`: `bool`.
    SliceRefEmpty,
    /// `.size()`: `(uint16 bits, uint8 refs)`.
    SliceSize,
    /// `.bits()`: `uint16`.
    SliceBits,
    /// `.refs()`: `uint8`.
    SliceRefs,
    /// `.dataSize(uint256 n)`: `(uint256, uint256, uint256)`.
    SliceDataSize,
    /// `.dataSizeQ(uint256 n)`: `optional` of the three.
    SliceDataSizeQ,
    /// `.depth()`: `uint16`.
    SliceDepth,
    /// `.hasNBits(uint10)`: `bool`.
    SliceHasBits,
    /// `.hasNRefs(uint3)`: `bool`.
    SliceHasRefs,
    /// `.hasNBitsAndRefs(uint10, uint3)`: `bool`.
    SliceHasBitsAndRefs,
    /// `.compare(TvmSlice)`: `int2`.
    SliceCompare,
    /// `.startsWith(TvmSlice prefix)`: `bool`.
    SliceStartsWith,
    /// `.startsWithOne()`: `bool`.
    SliceStartsWithOne,
    /// `.load(T0, …)` and `.preload(T0, …)`: the types are those of the expression (a tuple for several).
    SliceLoad(Access),
    /// `.loadQ(T0, …)` and `.preloadQ(T0, …)`: `optional` of the types; the slice stays whole where the value is null.
    SliceLoadQ(Access),
    /// `.loadRef()`: `TvmCell`; `.preloadRef()` has [`Access::Preload`].
    SliceLoadRef(Access),
    /// `.preloadRef(uint2 index)`: `TvmCell`.
    SlicePreloadRefAt,
    /// `.loadRefAsSlice()`: `TvmSlice`.
    SliceLoadRefAsSlice,
    /// `.loadInt(uint9 bits)` (also `loadSigned`): `int257`.
    SliceLoadInt(Access),
    /// `.loadIntQ(uint9 bits)`: `optional(int257)`.
    SliceLoadIntQ(Access),
    /// `.loadUint(uint9 bits)` (also `loadUnsigned`): `uint256`.
    SliceLoadUint(Access),
    /// `.loadUintQ(uint9 bits)`: `optional(uint256)`.
    SliceLoadUintQ(Access),
    /// `.loadIntLE2()`, `.loadUintLE8()` …: the type of the expression says signedness and width (16, 32, 64).
    SliceLoadLe(Access),
    /// `.loadIntLE4Q()` …: `optional` of it.
    SliceLoadLeQ(Access),
    /// `.loadSlice(uint10 bits)`, `.loadSlice(uint10 bits, uint3 refs)`: `TvmSlice`; the last operand may be missing.
    SliceLoadSlice(Access),
    /// `.loadSliceQ(…)`: `optional(TvmSlice)`; the last operand may be missing.
    SliceLoadSliceQ(Access),
    /// `.skip(uint10 bits)`, `.skip(uint10 bits, uint3 refs)`: writes the slice; no result; the last operand may be missing.
    SliceSkip,
    /// `.loadZeroes()`: `uint10`; writes the slice.
    SliceLoadZeroes,
    /// `.loadOnes()`: `uint10`; writes the slice.
    SliceLoadOnes,
    /// `.loadSame(uint1)`: `uint10`; writes the slice.
    SliceLoadSame,

    // --- TvmBuilder: operand 0 is the builder
    /// `.toSlice()`: `TvmSlice`.
    BuilderToSlice,
    /// `.toCell()`: `TvmCell`.
    BuilderToCell,
    /// `.toExoticCell()`: `TvmCell`.
    BuilderToExoticCell,
    /// `.size()`: `(uint16 bits, uint8 refs)`.
    BuilderSize,
    /// `.bits()`: `uint16`.
    BuilderBits,
    /// `.refs()`: `uint8`.
    BuilderRefs,
    /// `.remBits()`: `uint16`.
    BuilderRemBits,
    /// `.remRefs()`: `uint8`.
    BuilderRemRefs,
    /// `.remBitsAndRefs()`: `(uint16, uint8)`.
    BuilderRemBitsAndRefs,
    /// `.depth()`: `uint16`.
    BuilderDepth,
    /// `.store(T1, T2, …)`: operands 1… are the values, of any storable type; no result.
    BuilderStore,
    /// `.storeQ(T)`: `bool`; the builder stays as it was where it is `false`.
    BuilderStoreQ,
    /// `.storeZeroes(uint10)`: no result.
    BuilderStoreZeroes,
    /// `.storeOnes(uint10)`: no result.
    BuilderStoreOnes,
    /// `.storeSame(uint10 n, uint1 value)`: no result.
    BuilderStoreSame,
    /// `.storeInt(int257 value, uint9 bits)` (also `storeSigned`): no result.
    BuilderStoreInt,
    /// `.storeUint(uint256 value, uint9 bits)` (also `storeUnsigned`): no result.
    BuilderStoreUint,
    /// `.storeIntLE2(int16)` … `.storeUintLE8(uint64)`: the type of operand 1 says which.
    BuilderStoreLe,
    /// `.storeRef(TvmBuilder | TvmCell | TvmSlice)`: operand 1 goes into a reference; no result.
    BuilderStoreRef,

    // --- mapping: operand 0 is the mapping; K, V are its types. Keys of type bytes, string or TvmCell are stored as
    // their hash, so methods that give keys give uint256 for them.
    /// `.at(K)`: `V`; throws 50 where the key is absent.
    MapAt,
    /// `.fetch(K)`: `optional(V)`.
    MapFetch,
    /// `.exists(K)`: `bool`.
    MapExists,
    /// `.empty()`: `bool`.
    MapEmpty,
    /// `.min()`: `optional(K, V)`.
    MapMin,
    /// `.max()`: `optional(K, V)`.
    MapMax,
    /// `.next(key)`: `optional(K, V)`; for integer keys the operand is an `int257`, which need not fit `K`.
    MapNext,
    /// `.prev(key)`, as [`Builtin::MapNext`].
    MapPrev,
    /// `.nextOrEq(key)`, as [`Builtin::MapNext`].
    MapNextOrEq,
    /// `.prevOrEq(key)`, as [`Builtin::MapNext`].
    MapPrevOrEq,
    /// `.delMin()`: `optional(K, V)`; writes the mapping.
    MapDelMin,
    /// `.delMax()`: `optional(K, V)`; writes the mapping.
    MapDelMax,
    /// `.replace(K, V)`: `bool`; writes the mapping.
    MapReplace,
    /// `.add(K, V)`: `bool`; writes the mapping.
    MapAdd,
    /// `.getSet(K, V)`: `optional(V)`; writes the mapping.
    MapGetSet,
    /// `.getAdd(K, V)`: `optional(V)`; writes the mapping.
    MapGetAdd,
    /// `.getReplace(K, V)`: `optional(V)`; writes the mapping.
    MapGetReplace,
    /// `.getDel(K)`: `optional(V)`; writes the mapping.
    MapGetDel,
    /// `.keys()`: `K[]`.
    MapKeys,
    /// `.values()`: `V[]`.
    MapValues,

    // --- T[]: operand 0 is the array
    /// `.push(T)`: no result; writes the array.
    ArrayPush,
    /// `.push()`: appends the default value; no result; writes the array.
    ArrayPushDefault,
    /// `.pop()`: no result; writes the array; throws 54 where it is empty.
    ArrayPop,
    /// `.length`: `uint256`.
    ArrayLength,
    /// `.empty()`: `bool`.
    ArrayEmpty,

    // --- bytes and string: operand 0 is it
    /// `.length` of `bytes`: `uint256`.
    BytesLength,
    /// `.byteLength()` of `string`: `uint32`.
    StringByteLength,
    /// `.empty()`: `bool`.
    BytesEmpty,
    /// `.append(bytes | string)`, `a += b`: no result; writes operand 0.
    BytesAppend,
    /// `a + b` of `bytes` or `string`; a `bytesN` right side is converted before: the type of operand 0.
    BytesConcat,
    /// `.substr(uint256 pos)` and `.substr(uint256 pos, uint256 count)`: `string`; throws 70 where `pos` is past the end.
    StringSubstr,
    /// `.find(bytes1)`: `optional(uint32)`.
    StringFindByte,
    /// `.find(string)`: `optional(uint32)`.
    StringFind,
    /// `.findLast(bytes1)`: `optional(uint32)`.
    StringFindLast,
    /// `.toUpperCase()`: `string`.
    StringToUpper,
    /// `.toLowerCase()`: `string`.
    StringToLower,
    /// `.length` of `bytesN`: never evaluated, folded to a literal; kept for listings.
    FixedBytesLength,

    // --- optional(T): operand 0 is it
    /// `.hasValue()`: `bool`.
    OptHasValue,
    /// `.get()`: `T`; throws 63 where there is no value. Also a place: `o.get() = x` is an assignment to it, which
    /// throws 63 as well.
    OptGet,
    /// `.getOr(T)`: `T`; the default is evaluated first in any case.
    OptGetOr,
    /// `.getOrDefault()`: `T`.
    OptGetOrDefault,
    /// `.set(T)`: no result; writes operand 0.
    OptSet,
    /// `.reset()`: no result; writes operand 0.
    OptReset,

    // --- variant: operand 0 is it
    /// `.isUint()`: `bool`.
    VariantIsUint,
    /// `.toUint()`: `uint256`; throws 77.
    VariantToUint,

    // --- vector(T): operand 0 is it
    /// `.push(T)`: no result; writes operand 0.
    VectorPush,
    /// `.pop()`: `T`; writes operand 0.
    VectorPop,
    /// `.last()`: `T`.
    VectorLast,
    /// `.length()`: `uint8`.
    VectorLength,
    /// `.empty()`: `bool`.
    VectorEmpty,

    // --- stack(T): operand 0 is it
    /// `.push(T)`: no result; writes operand 0.
    StackPush,
    /// `.pop()`: `T`; writes operand 0.
    StackPop,
    /// `.top()`: `T`. Also a place: `s.top() = x`, `s.top() += x`.
    StackTop,
    /// `.empty()`: `bool`.
    StackEmpty,
    /// `.reverse()`: no result; writes operand 0.
    StackReverse,

    // --- structs
    /// `.unpack()` of a struct: a tuple of its members.
    StructUnpack,
}

/// Whether reading from a slice advances it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Access {
    /// `load…`: operand 0 is a place and is advanced.
    Load,
    /// `preload…`: operand 0 is only read.
    Preload,
}

impl Builtin {
    /// Whether operand 0 is a place that the operation writes back.
    pub fn writes_receiver(&self) -> bool {
        use Builtin as B;
        match self {
            B::SliceLoad(a) | B::SliceLoadQ(a) | B::SliceLoadRef(a) => *a == Access::Load,
            B::SliceLoadInt(a) | B::SliceLoadIntQ(a) | B::SliceLoadUint(a) => *a == Access::Load,
            B::SliceLoadUintQ(a) | B::SliceLoadLe(a) | B::SliceLoadLeQ(a) => *a == Access::Load,
            B::SliceLoadSlice(a) | B::SliceLoadSliceQ(a) => *a == Access::Load,
            B::SliceLoadRefAsSlice | B::SliceSkip => true,
            B::SliceLoadZeroes | B::SliceLoadOnes | B::SliceLoadSame => true,
            B::BuilderStore | B::BuilderStoreQ | B::BuilderStoreRef => true,
            B::BuilderStoreZeroes | B::BuilderStoreOnes | B::BuilderStoreSame => true,
            B::BuilderStoreInt | B::BuilderStoreUint | B::BuilderStoreLe => true,
            B::MapDelMin | B::MapDelMax | B::MapReplace | B::MapAdd => true,
            B::MapGetSet | B::MapGetAdd | B::MapGetReplace | B::MapGetDel => true,
            B::ArrayPush | B::ArrayPushDefault | B::ArrayPop | B::BytesAppend => true,
            B::OptSet | B::OptReset | B::VectorPush | B::VectorPop => true,
            B::StackPush | B::StackPop | B::StackReverse => true,
            _ => false,
        }
    }

    /// The operation that reads the same from a slice without advancing it, where there is one.
    pub(crate) fn preloading(&self) -> Option<Builtin> {
        use Builtin as B;
        let access = Access::Preload;
        Some(match self {
            B::SliceLoad(_) => B::SliceLoad(access),
            B::SliceLoadQ(_) => B::SliceLoadQ(access),
            B::SliceLoadRef(_) => B::SliceLoadRef(access),
            B::SliceLoadInt(_) => B::SliceLoadInt(access),
            B::SliceLoadIntQ(_) => B::SliceLoadIntQ(access),
            B::SliceLoadUint(_) => B::SliceLoadUint(access),
            B::SliceLoadUintQ(_) => B::SliceLoadUintQ(access),
            B::SliceLoadLe(_) => B::SliceLoadLe(access),
            B::SliceLoadLeQ(_) => B::SliceLoadLeQ(access),
            B::SliceLoadSlice(_) => B::SliceLoadSlice(access),
            B::SliceLoadSliceQ(_) => B::SliceLoadSliceQ(access),
            _ => return None,
        })
    }

    /// What evaluating it may do, apart from reading and writing its operands.
    pub fn effect(&self) -> Effect {
        use Builtin as B;
        match self {
            B::Accept | B::SetGasLimit | B::BuyGas | B::Commit | B::RawCommit | B::SetData => Effect::Acts,
            B::Log | B::HexDump | B::BinDump | B::SetCode | B::SetCurrentCode => Effect::Acts,
            B::RawReserve | B::RawReserveExtra | B::SetPubkey | B::ResetStorage => Effect::Acts,
            B::Exit | B::Exit1 | B::SendRawMsg | B::Require | B::Revert | B::SelfDestruct => Effect::Acts,
            B::RndNext | B::RndNextLimit | B::RndSetSeed | B::RndShuffle | B::RndShuffleTime => Effect::Acts,
            B::RndGetSeed | B::GasLeft | B::GetData | B::Pubkey => Effect::Reads,
            _ if self.never_throws() => Effect::Pure,
            _ => Effect::Throws,
        }
    }

    fn never_throws(&self) -> bool {
        use Builtin as B;
        matches!(
            self,
            B::MsgSender
                | B::MsgValue
                | B::MsgCurrencies
                | B::MsgPubkey
                | B::MsgIsInternal
                | B::MsgIsExternal
                | B::MsgIsTickTock
                | B::MsgData
                | B::MsgBody
                | B::TxLogicalTime
                | B::BlockTimestamp
                | B::BlockLogicalTime
                | B::This
                | B::HashCell
                | B::HashSlice
                | B::StateInitHash
                | B::MathMin
                | B::MathMax
                | B::MathMinMax
                | B::MathSign
                | B::UBitSize
                | B::BitSize
                | B::Cast
                | B::IsNan
                | B::QuietGetOr
                | B::QuietGetOrDefault
                | B::QuietToOptional
                | B::Nan
                | B::AddrIsStdZero
                | B::AddrIsNone
                | B::AddrIsExternZero
                | B::CellDepth
                | B::SliceEmpty
                | B::SliceBitEmpty
                | B::SliceRefEmpty
                | B::SliceSize
                | B::SliceBits
                | B::SliceRefs
                | B::SliceDepth
                | B::SliceHasBits
                | B::SliceHasRefs
                | B::SliceHasBitsAndRefs
                | B::SliceCompare
                | B::SliceStartsWith
                | B::BuilderSize
                | B::BuilderBits
                | B::BuilderRefs
                | B::BuilderRemBits
                | B::BuilderRemRefs
                | B::BuilderRemBitsAndRefs
                | B::BuilderDepth
                | B::BuilderToCell
                | B::BuilderToSlice
                | B::MapEmpty
                | B::ArrayLength
                | B::ArrayEmpty
                | B::BytesEmpty
                | B::OptHasValue
                | B::OptGetOr
                | B::OptGetOrDefault
                | B::OptSet
                | B::OptReset
                | B::VariantIsUint
                | B::VectorLength
                | B::VectorEmpty
                | B::StackEmpty
                | B::StructUnpack
                | B::FixedBytesLength
        )
    }
}

#[cfg(test)]
mod tests {
    use super::{Access, Builtin, Effect};

    #[test]
    fn loads_write_their_slice_and_preloads_do_not() {
        assert!(Builtin::SliceLoadRef(Access::Load).writes_receiver());
        assert!(!Builtin::SliceLoadRef(Access::Preload).writes_receiver());
    }

    #[test]
    fn effects_order_what_must_not_move() {
        assert_eq!(Builtin::Accept.effect(), Effect::Acts);
        assert_eq!(Builtin::GasLeft.effect(), Effect::Reads);
        assert_eq!(Builtin::MapAt.effect(), Effect::Throws);
        assert_eq!(Builtin::MapEmpty.effect(), Effect::Pure);
    }
}
