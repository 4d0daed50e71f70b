//! Bodies: encoding and decoding of calls, answers, events and storage.

use serde_json::Value;
use tycho_types::abi::{AbiHeaderType, AbiVersion, Function, NamedAbiType, NamedAbiValue};
use tycho_types::cell::{Cell, CellBuilder, CellFamily, CellSlice, HashBytes, Store};
use tycho_types::models::StdAddr;

use crate::contract::ContractAbi;
use crate::decoded::Decoded;
use crate::error::{Error, Result};
use crate::units::{PublicKey, Signature, UnixMillis, UnixTime};
use crate::value::{Piece, chain, parse_params, unpack, value_pieces};

/// The values of the headers that an external message may carry; which of them it does, the ABI says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Header {
    /// When the message was made; contracts use it against replay.
    pub time: UnixMillis,
    /// From when on the message is void.
    pub expire: UnixTime,
    /// Whose signature the message bears.
    pub pubkey: Option<PublicKey>,
}

/// The headers and the signature found in an external message; what the ABI does not list is `None`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct DecodedHeader {
    /// Signature, unless the message is unsigned.
    pub signature: Option<Signature>,
    /// `time` header.
    pub time: Option<UnixMillis>,
    /// `expire` header.
    pub expire: Option<UnixTime>,
    /// `pubkey` header, if it holds a key.
    pub pubkey: Option<PublicKey>,
}

/// A call that waits for its signature.
#[derive(Debug, Clone)]
pub struct UnsignedCall {
    /// The body without the signature.
    pub payload: Cell,
    /// What to sign: the 32 bytes themselves, on a network with a signature id behind its four bytes.
    pub hash: HashBytes,
}

impl UnsignedCall {
    /// The body with the signature that `sign` makes of the hash.
    ///
    /// # Errors
    /// [`Error::Encode`] if the payload leaves no room, which [`ContractAbi::encode_call`] prevents.
    pub fn sign_with(&self, sign: impl FnOnce(&HashBytes) -> Signature) -> Result<Cell> {
        self.with_signature(&sign(&self.hash))
    }

    /// The body with this signature.
    ///
    /// # Errors
    /// As [`UnsignedCall::sign_with`].
    pub fn with_signature(&self, signature: &Signature) -> Result<Cell> {
        signed_body(Some(signature), &self.payload).map_err(|e| Error::encode("signed call", e))
    }

    /// The body with the mark "no signature", the form in which an unsigned call travels.
    ///
    /// # Errors
    /// As [`UnsignedCall::sign_with`].
    pub fn without_signature(&self) -> Result<Cell> {
        signed_body(None, &self.payload).map_err(|e| Error::encode("unsigned call", e))
    }
}

fn signed_body(signature: Option<&Signature>, payload: &Cell) -> Result<Cell, tycho_types::error::Error> {
    let mut b = CellBuilder::new();
    match signature {
        Some(signature) => {
            b.store_bit_one()?;
            b.store_raw(&signature.0, 512)?;
        }
        None => b.store_bit_zero()?,
    }
    b.store_slice(payload.as_slice()?)?;
    b.build()
}

impl ContractAbi {
    /// Encodes an external call that is to be signed; `params` is a JSON object.
    ///
    /// `address` is where the message goes: ABI 2.3 signs it, earlier versions ignore it.
    ///
    /// # Errors
    /// [`Error::UnknownFunction`], those of [`parse_params`], and [`Error::AddressNeeded`].
    pub fn encode_call(
        &self,
        function: &str,
        params: &Value,
        header: &Header,
        address: Option<&StdAddr>,
    ) -> Result<UnsignedCall> {
        let function = self.function(function)?;
        let values = parse_params(&function.inputs, params, "params")?;
        self.encode_call_values(function, &values, header, address)
    }

    /// [`ContractAbi::encode_call`] with ready values.
    ///
    /// # Errors
    /// [`Error::Encode`] and [`Error::AddressNeeded`].
    pub fn encode_call_values(
        &self,
        function: &Function,
        values: &[NamedAbiValue],
        header: &Header,
        address: Option<&StdAddr>,
    ) -> Result<UnsignedCall> {
        let failed = |e| Error::encode(format!("call of {}", function.name), e);
        let payload = self.external_payload(function, values, header, true).map_err(failed)?;
        let hash = self.hash_to_sign(&payload, address)?.map_err(failed)?;
        Ok(UnsignedCall { payload, hash })
    }

    /// Encodes the body of an external call without a signature, as local runs of getters use.
    ///
    /// # Errors
    /// [`Error::UnknownFunction`] and those of [`parse_params`].
    pub fn encode_unsigned_call(&self, function: &str, params: &Value, header: &Header) -> Result<Cell> {
        let function = self.function(function)?;
        let values = parse_params(&function.inputs, params, "params")?;
        let failed = |e| Error::encode(format!("call of {}", function.name), e);
        let payload = self.external_payload(function, &values, header, false).map_err(failed)?;
        signed_body(None, &payload).map_err(failed)
    }

    /// Encodes the body of an internal call.
    ///
    /// # Errors
    /// [`Error::UnknownFunction`] and those of [`parse_params`].
    pub fn encode_internal_body(&self, function: &str, params: &Value) -> Result<Cell> {
        let function = self.function(function)?;
        self.encode_body(function.input_id, &function.inputs, params, &function.name)
    }

    /// Encodes the answer of a function, as a contract would send it to the outside.
    ///
    /// # Errors
    /// [`Error::UnknownFunction`] and those of [`parse_params`].
    pub fn encode_answer(&self, function: &str, params: &Value) -> Result<Cell> {
        let function = self.function(function)?;
        self.encode_body(function.output_id, &function.outputs, params, &function.name)
    }

    /// Encodes the body of an event.
    ///
    /// # Errors
    /// [`Error::UnknownEvent`] and those of [`parse_params`].
    pub fn encode_event(&self, event: &str, params: &Value) -> Result<Cell> {
        let event = self.event(event)?;
        self.encode_body(event.id, &event.inputs, params, &event.name)
    }

    /// Encodes storage fields, e.g. to place an account with ready data.
    ///
    /// # Errors
    /// Those of [`parse_params`].
    pub fn encode_fields(&self, fields: &Value) -> Result<Cell> {
        let values = parse_params(self.fields(), fields, "fields")?;
        value_pieces(&values, self.version())
            .and_then(|pieces| chain(pieces, self.version())?.build())
            .map_err(|e| Error::encode("storage fields", e))
    }

    /// Decodes the body of an internal call.
    ///
    /// # Errors
    /// [`Error::UnknownId`] and [`Error::Decode`].
    pub fn decode_internal_call(&self, body: &Cell) -> Result<Decoded> {
        let slice = open(body, "internal call")?;
        self.decode_call_at(slice)
    }

    /// Decodes the body of an external call.
    ///
    /// # Errors
    /// [`Error::UnknownId`] and [`Error::Decode`].
    pub fn decode_call(&self, body: &Cell) -> Result<(DecodedHeader, Decoded)> {
        let mut slice = open(body, "external call")?;
        let header = self.load_header(&mut slice).map_err(|e| Error::decode("message header", e))?;
        Ok((header, self.decode_call_at(slice)?))
    }

    /// Decodes the payload of an unsigned call: headers and function without the mark and the signature in front.
    ///
    /// # Errors
    /// [`Error::UnknownId`] and [`Error::Decode`].
    pub fn decode_payload(&self, payload: &Cell) -> Result<(DecodedHeader, Decoded)> {
        let mut slice = open(payload, "payload of a call")?;
        let mut header = DecodedHeader::default();
        self.load_header_values(&mut slice, &mut header).map_err(|e| Error::decode("message header", e))?;
        Ok((header, self.decode_call_at(slice)?))
    }

    /// The call in a body with the mark "no signature": the way back of [`UnsignedCall::without_signature`], with the
    /// hash computed anew.
    ///
    /// `address` is the message's destination, which ABI 2.3 signs.
    ///
    /// # Errors
    /// [`Error::Decode`] if the body bears a signature, and [`Error::AddressNeeded`].
    pub fn unsigned_call(&self, body: &Cell, address: Option<&StdAddr>) -> Result<UnsignedCall> {
        let failed = |e| Error::decode("unsigned call", e);
        let mut slice = open(body, "unsigned call")?;
        if slice.load_bit().map_err(failed)? {
            return Err(Error::decode("unsigned call", "it bears a signature already"));
        }
        let payload = CellBuilder::build_from(slice).map_err(failed)?;
        let hash = self.hash_to_sign(&payload, address)?.map_err(failed)?;
        Ok(UnsignedCall { payload, hash })
    }

    /// What to sign for a payload.
    fn hash_to_sign(
        &self,
        payload: &Cell,
        address: Option<&StdAddr>,
    ) -> Result<Result<HashBytes, tycho_types::error::Error>> {
        if self.version() < AbiVersion::V2_3 {
            return Ok(Ok(*payload.repr_hash()));
        }
        Ok(hash_with_address(payload, address.ok_or(Error::AddressNeeded)?))
    }

    /// Decodes the answer of a known function.
    ///
    /// # Errors
    /// [`Error::UnknownFunction`], [`Error::WrongId`] and [`Error::Decode`].
    pub fn decode_answer(&self, function: &str, body: &Cell) -> Result<Decoded> {
        let function = self.function(function)?;
        let mut slice = open(body, &function.name)?;
        let got = load_id(&mut slice)?;
        if got != function.output_id {
            let name = function.name.to_string();
            return Err(Error::WrongId { name, expected: function.output_id, got });
        }
        self.load_values(&function.name, got, &function.outputs, slice)
    }

    /// Decodes the answer of whichever function has the body's id.
    ///
    /// # Errors
    /// [`Error::UnknownId`] and [`Error::Decode`].
    pub fn decode_any_answer(&self, body: &Cell) -> Result<Decoded> {
        let mut slice = open(body, "answer")?;
        let id = load_id(&mut slice)?;
        let function = self.function_by_answer_id(id).ok_or(Error::UnknownId(id))?;
        self.load_values(&function.name, id, &function.outputs, slice)
    }

    /// Decodes an event.
    ///
    /// # Errors
    /// [`Error::UnknownId`] and [`Error::Decode`].
    pub fn decode_event(&self, body: &Cell) -> Result<Decoded> {
        let mut slice = open(body, "event")?;
        let id = load_id(&mut slice)?;
        let event = self.event_by_id(id).ok_or(Error::UnknownId(id))?;
        self.load_values(&event.name, id, &event.inputs, slice)
    }

    /// Decodes a contract's data by the storage fields of the ABI; name and id of the result are empty.
    ///
    /// # Errors
    /// [`Error::Decode`].
    pub fn decode_fields(&self, data: &Cell) -> Result<Decoded> {
        self.load_values(&"".into(), 0, self.fields(), open(data, "storage")?)
    }

    /// The signature of an external body and the hash that it must be of; `None` if the body is unsigned.
    ///
    /// `address` is the message's destination, which ABI 2.3 signs.
    ///
    /// # Errors
    /// [`Error::Decode`] and [`Error::AddressNeeded`].
    pub fn signature_data(
        &self,
        body: &Cell,
        address: Option<&StdAddr>,
    ) -> Result<Option<(Signature, HashBytes)>> {
        let failed = |e| Error::decode("signature", e);
        let mut slice = open(body, "signature")?;
        if !slice.load_bit().map_err(failed)? {
            return Ok(None);
        }
        let mut signature = [0; 64];
        slice.load_raw(&mut signature, 512).map_err(failed)?;
        let payload = CellBuilder::build_from(slice).map_err(failed)?;
        let hash = self.hash_to_sign(&payload, address)?.map_err(failed)?;
        Ok(Some((Signature(signature), hash)))
    }

    fn decode_call_at(&self, mut slice: CellSlice<'_>) -> Result<Decoded> {
        let id = load_id(&mut slice)?;
        let function = self.function_by_id(id).ok_or(Error::UnknownId(id))?;
        self.load_values(&function.name, id, &function.inputs, slice)
    }

    fn encode_body(&self, id: u32, types: &[NamedAbiType], params: &Value, name: &str) -> Result<Cell> {
        let values = parse_params(types, params, "params")?;
        let build = || {
            let mut pieces = vec![id_piece(id)?];
            pieces.extend(value_pieces(&values, self.version())?);
            chain(pieces, self.version())?.build()
        };
        build().map_err(|e: tycho_types::error::Error| Error::encode(name, e))
    }

    /// The body of an external call behind its signature.
    ///
    /// Room for the signature is reserved while the values are laid out and taken away again: as large as the
    /// longest address from version 2.3 on (the address is signed in that place), else as the signature; for an
    /// unsigned call one bit, which counts like the full room from version 2.2 on.
    fn external_payload(
        &self,
        function: &Function,
        values: &[NamedAbiValue],
        header: &Header,
        signed: bool,
    ) -> Result<Cell, tycho_types::error::Error> {
        const SIGNATURE_BITS: u16 = 1 + 512;
        const ADDRESS_BITS: u16 = 591;
        let version = self.version();
        let reserved = if version >= AbiVersion::V2_3 { ADDRESS_BITS } else { SIGNATURE_BITS };
        let placed = if signed { reserved } else { 1 };

        let mut room = CellBuilder::new();
        room.store_zeros(placed)?;
        let mut pieces = vec![Piece::bits(room, u64::from(reserved))];
        for kind in self.headers() {
            pieces.push(header_piece(*kind, header)?);
        }
        pieces.push(id_piece(function.input_id)?);
        pieces.extend(value_pieces(values, version)?);

        let root = chain(pieces, version)?;
        let mut slice = root.as_full_slice();
        slice.skip_first(placed, 0)?;
        let mut payload = CellBuilder::new();
        payload.store_slice(slice)?;
        payload.build()
    }

    /// Reads signature and headers of an external body and leaves `slice` at the function's id.
    pub(crate) fn load_header(
        &self,
        slice: &mut CellSlice<'_>,
    ) -> Result<DecodedHeader, tycho_types::error::Error> {
        let mut header = DecodedHeader::default();
        if slice.load_bit()? {
            let mut signature = [0; 64];
            slice.load_raw(&mut signature, 512)?;
            header.signature = Some(Signature(signature));
        }
        self.load_header_values(slice, &mut header)?;
        Ok(header)
    }

    fn load_header_values(
        &self,
        slice: &mut CellSlice<'_>,
        header: &mut DecodedHeader,
    ) -> Result<(), tycho_types::error::Error> {
        for kind in self.headers() {
            if slice.is_data_empty() && slice.size_refs() == 1 {
                *slice = slice.load_reference()?.as_slice()?;
            }
            match kind {
                AbiHeaderType::Time => header.time = Some(UnixMillis(slice.load_u64()?)),
                AbiHeaderType::Expire => header.expire = Some(UnixTime(slice.load_u32()?)),
                AbiHeaderType::PublicKey => {
                    if slice.load_bit()? {
                        header.pubkey = Some(PublicKey(slice.load_u256()?.0));
                    }
                }
            }
        }
        Ok(())
    }

    fn load_values(
        &self,
        name: &std::sync::Arc<str>,
        id: u32,
        types: &[NamedAbiType],
        slice: CellSlice<'_>,
    ) -> Result<Decoded> {
        let values = unpack(types, self.version(), slice).map_err(|(value, e)| {
            let what = [Some(&**name).filter(|name| !name.is_empty()), value.as_deref()];
            let what: Vec<_> = what.into_iter().flatten().collect();
            Error::decode(if what.is_empty() { "storage".to_owned() } else { what.join(".") }, e)
        })?;
        Ok(Decoded { name: name.clone(), id, values })
    }
}

fn header_piece(kind: AbiHeaderType, header: &Header) -> Result<Piece, tycho_types::error::Error> {
    const PUBKEY_BITS: u64 = 1 + 256;
    let mut b = CellBuilder::new();
    match kind {
        AbiHeaderType::Time => b.store_u64(header.time.0)?,
        AbiHeaderType::Expire => b.store_u32(header.expire.0)?,
        AbiHeaderType::PublicKey => {
            b.store_bit(header.pubkey.is_some())?;
            if let Some(key) = &header.pubkey {
                b.store_raw(&key.0, 256)?;
            }
            return Ok(Piece::bits(b, PUBKEY_BITS));
        }
    }
    Ok(Piece::exact(b))
}

fn id_piece(id: u32) -> Result<Piece, tycho_types::error::Error> {
    let mut b = CellBuilder::new();
    b.store_u32(id)?;
    Ok(Piece::exact(b))
}

fn hash_with_address(payload: &Cell, address: &StdAddr) -> Result<HashBytes, tycho_types::error::Error> {
    let mut b = CellBuilder::new();
    address.store_into(&mut b, Cell::empty_context())?;
    b.store_slice(payload.as_slice()?)?;
    Ok(*b.build()?.repr_hash())
}

fn open<'a>(cell: &'a Cell, what: &str) -> Result<CellSlice<'a>> {
    cell.as_slice().map_err(|e| Error::decode(what, e))
}

/// Reads a function or event id, which may lie in the next cell of the chain.
fn load_id(slice: &mut CellSlice<'_>) -> Result<u32> {
    let mut load = || {
        if slice.is_data_empty() && slice.size_refs() == 1 {
            *slice = slice.load_reference()?.as_slice()?;
        }
        slice.load_u32()
    };
    load().map_err(|e: tycho_types::error::Error| Error::decode("function id", e))
}
