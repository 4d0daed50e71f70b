//! Types and expressions (E03xx).

use crate::support::verify_code;

#[test]
fn integers_widen_and_do_not_narrow() {
    verify_code(
        "uint8 a = 1; uint16 b = a; int16 c = a; int d = b; m = a;
        uint8 e = b; //~ E0303
        int8 f = a; //~ E0303
        uint256 g = c; //~ E0303
        b; c; d; e; f; g; //~ W0204 W0204 W0204 W0204 W0204 W0204",
    );
}

#[test]
fn literals_fit_or_are_refused() {
    verify_code(
        "uint8 a = 255; int8 b = -128; uint c = 2 ** 256 - 1; uint128 d = 1.5 ton; uint32 e = 7 / 2 * 2;
        uint8 f = 256; //~ E0303
        uint8 g = -1; //~ E0303
        uint h = 2 ** 256; //~ E0303
        uint i = 7 / 2; //~ E0303
        uint j = 1 / 0; //~ E0304
        m = a + uint32(c) + uint32(d) + e + f + g + uint32(h + i + j) + uint8(uint(int16(b) + 300));",
    );
}

#[test]
fn fixed_bytes_take_exact_hex_and_short_strings() {
    verify_code(
        "bytes2 a = 0x1234; bytes4 b = \"ab\"; bytes1 c = 0; bytes32 d = bytes32(uint256(m)); bytes4 e = a;
        bytes2 f = 0x123456; //~ E0303
        bytes1 g = \"ab\"; //~ E0303
        bytes2 h = b; //~ E0303
        uint16 i = uint16(a); uint32 j = uint32(a); //~ E0307
        bool k = a == f || b == e || c == g || d == h; if (k) { m = i + j; }",
    );
}

#[test]
fn optionals_wrap_and_are_unwrapped_by_name() {
    verify_code(
        "maybe = 5; maybe = null; maybe = m; optional(uint64) a = maybe;
        uint32 b = maybe; //~ E0303
        uint32 c = maybe.get() + maybe.getOr(3) + maybe.getOrDefault(); maybe.get() = 4; maybe.set(b + c); maybe.reset();
        optional(uint8, bool) pair; pair.set(1, true); (uint8 x, bool y) = pair.get(); pair = (2, false);
        if (a.hasValue() && y) { m = x; }",
    );
}

#[test]
fn explicit_conversions() {
    verify_code(
        "uint8 a = uint8(m); Color b = Color(2); uint8 c = uint8(b); address d = address(m); IOther e = IOther(d);
        Color f = Color(3); //~ E0307
        uint8 g = uint8(300); //~ E0303
        int8 h = int8(b); //~ E0307
        uint256 i = uint256(d); //~ E0307
        bool j = bool(a); //~ E0307
        who = e; m = c + g + uint8(int(h)) + uint32(i); if (j && b == f) {}",
    );
}

#[test]
fn binary_operators_need_a_common_type() {
    verify_code(
        "int8 a = 1; uint8 b = 2; varuint16 c = 3;
        m = uint32(a) + b + uint32(c) << 2; c = c + b; uint120 d = c + 1;
        int16 x = a + b; //~ E0308
        uint32 y = m && true; //~ E0308
        bool z = who < who; //~ E0308
        bool t = who == data; //~ E0308
        uint8 s = b << a; //~ E0308
        m = uint32(d) + y + uint32(x) + s; if (z && t) {}",
    );
}

#[test]
fn unary_operators_need_their_types() {
    verify_code(
        "int8 a = -1; a = -a; m = ~m; bool b = !true;
        m = -m; //~ E0309
        b = !m; //~ E0309
        who++; //~ E0309
        ++m; m--; if (b) { a = ~a; }",
    );
}

#[test]
fn only_variables_can_be_written() {
    verify_code(
        "m = 1; list[0] = 2; map[3] = 4; Point p; p.x = 1; Point[] ps; ps[0].y = 2;
        msg.value = 1; //~ E0314
        5 = m; //~ E0314
        data[0] = 0x01; //~ E0314
        plain(1) = 2; //~ E0314
        delete map[1]; delete p.x; delete list; (m, p.y) = (1, 2); p.x++;",
    );
}

#[test]
fn tuples_have_as_many_places_as_values() {
    verify_code(
        "(uint8 a, uint16 b) = (1, 2); (, b) = (a, b); (a, ) = (3, 4);
        (uint8 c, uint8 d) = (1, 2, 3); //~ E0315
        (m, b) = m; //~ E0315
        (uint256 min, uint256 max) = math.minmax(uint(1), 2); m = c + d + uint32(min + max);",
    );
}

#[test]
fn calls_check_their_arguments() {
    verify_code(
        "m = plain(1); m = plain({a: 2});
        m = plain(); //~ E0316
        m = plain(1, 2); //~ E0316
        m = plain({b: 2}); //~ E0317
        m = plain(who); //~ E0303
        m(1); //~ E0319
        m = nothing(1); //~ E0208",
    );
}

#[test]
fn members_exist() {
    verify_code(
        "m = uint32(list.length); bool e = list.empty(); uint8 a = Point(1, 2).y > 1 ? 1 : 2;
        m = list.size; //~ E0320
        m = who.balance; //~ E0320
        m = Color.Black; //~ E0320
        m = msg.nothing; //~ E0320
        m = msg.pubkey; //~ E0320
        e = list.empty; //~ E0320
        m = tvm.wrong(); //~ E0320
        if (e) { m = a; } uint128 b = uint128(address(this).balance); m = uint32(b);",
    );
}

#[test]
fn types_tell_their_range() {
    verify_code(
        "uint8 a = type(uint8).max; int8 b = type(int8).min; Color c = type(Color).max; varuint16 d = type(varuint16).max;
        uint e = type(address).max; //~ E0321
        uint f = type(uint).mid; //~ E0321
        m = a + uint8(c) + uint32(d) + uint32(e + f) + uint32(uint(b));",
    );
}

#[test]
fn mapping_methods_have_the_types_of_the_mapping() {
    verify_code(
        "optional(uint64) a = map.fetch(1); bool b = map.exists(2); optional(uint32, uint64) c = map.min();
        c = map.next(-1); c = map.prevOrEq(uint(5)); c = map.delMax(); b = map.add(1, 2) && map.replace(3, 4);
        a = map.getSet(1, 2); a = map.getDel(1); uint32[] k = map.keys(); uint64[] v = map.values();
        map[who] = 1; //~ E0303
        b = map.exists(who); //~ E0303
        uint32 d = map[1]; //~ E0303
        b = map.add(1); //~ E0316
        (uint32 key, uint64 value) = c.get(); m = key + uint32(value) + d; if (a.hasValue() && b && k.empty() && v.empty()) {}",
    );
}

#[test]
fn cells_slices_and_builders() {
    verify_code(
        "TvmBuilder b; b.store(m, who, cell, text); b.storeRef(cell); b.storeUint(m, 20); TvmCell c = b.toCell();
        TvmSlice s = c.toSlice(); (uint32 x, address y) = s.load(uint32, address); TvmCell r = s.loadRef();
        optional(uint8) q = s.loadQ(uint8); uint z = s.preload(uint256) + s.loadUint(5); TvmSlice lit = \"a0_\";
        uint8 w = s.load(7); //~ E0322
        uint8 v = c.toSlice().load(uint8); cell = c.toSlice().loadRef();
        c.toSlice().skip(5); //~ E0314
        s.load(TvmBuilder); //~ E0323
        b.store(s, lit); (uint16 bits, uint8 refs) = s.size(); s.skip(3); s.skip(1, 1);
        m = x + w + v + uint32(z) + bits + refs; who = y; cell = r; if (q.hasValue()) {}",
    );
}

#[test]
fn strings_and_bytes() {
    verify_code(
        "text = text + \"x\"; text += \"y\"; text.append(\"z\"); uint32 n = text.byteLength(); bytes d = data[1:3]; bytes1 b = data[0];
        string s = format(\"{} {:x} {}\", m, n, who); optional(uint32) p = text.find(\"a\");
        string t = format(\"{}\", m, n); //~ E0316
        string u = format(text, m); //~ E0327
        b = text[0]; //~ E0313
        s = text.substr(1) + text.substr(1, 2) + text.toUpperCase(); data = bytes(b); data.append(d); data = text;
        if (p.hasValue() && s == t && u < s && data == d) {}",
    );
}

#[test]
fn casts_keep_sign_or_width() {
    verify_code(
        "uint8 a = 255; uint4 b = a.cast(uint4); int8 c = a.cast(int8);
        int4 d = a.cast(int4); //~ E0322
        m = b + uint8(uint(c)) + uint8(uint(d));",
    );
}

#[test]
fn quiet_integers_stay_quiet() {
    verify_code(
        "quint32 a = m; quint32 b = a * 2 + m; qbool c = a < b; b = NaN;
        uint32 d = b; //~ E0303
        if (c) { m = 1; } //~ E0303
        if (c.getOr(false) && !b.isNaN()) { m = b.get() + d; } optional(uint32) o = a.toOptional(); maybe = o;",
    );
}

#[test]
fn namespaces_have_their_functions() {
    verify_code(
        "tvm.accept(); tvm.rawReserve(1 ton, 4); tvm.commit(); uint h = tvm.hash(cell); bool ok = tvm.checkSign(h, h, h, h);
        uint min = math.min(1, 2, h); (uint q, uint r) = math.divmod(h, 3); uint32 now_ = block.timestamp; h = rnd.next(); m = rnd.next(m);
        h = math.min(1); //~ E0316
        h = math.max(h, int256(1)); //~ E0326
        h = math.modpow2(h, m); //~ E0327
        tvm.log(5); //~ E0303
        TvmCell e = abi.encode(m, who, list); (uint32 x, address y) = abi.decode(e, (uint32, address)); h = math.muldiv(h, 2, 3); int2 s = math.sign(-5);
        uint255 abs = math.abs(int256(-3)); uint128 g = gasToValue(10) + valueToGas(5, 0);
        m = x + now_ + uint32(min + q + r) + uint32(abs) + uint32(g); who = y; if (ok && s == 0) {}",
    );
}

#[test]
fn require_takes_codes_and_values() {
    verify_code(
        "require(m > 1); require(m > 1, 101); require(m > 1, 101, m); require(m > 1, \"text\"); if (m == 3) { revert(); } if (m == 4) { revert(102, \"x\"); }
        require(m); //~ E0303
        require(m > 1, 1); //~ E0328
        require(m > 1, 70000); //~ E0328
        require(m > 1, who); //~ E0326
        require(); //~ E0316",
    );
}

#[test]
fn messages_to_contracts() {
    verify_code(
        "IOther o = IOther(who); o.ping(1); o.ping{value: 1 ton, flag: 1, bounce: false}(2); o.ask{value: 1 ton, callback: C.answer}(3);
        this.answer(5); who.transfer(1 ton); who.transfer({value: 0, flag: 128, bounce: true, body: cell});
        o.ping(); //~ E0316
        o.ping{gas: 1}(1); //~ E0331
        o.ping{value: uint128(m)}(1); //~ E0303
        o.ask{value: 1}(3); //~ E0329
        o.ping{callback: answer}(3); //~ E0329
        o.ask{callback: code}(3); //~ E0329
        who.transfer({bounce: false}); //~ E0316
        o.pong(1); //~ E0320",
    );
}

#[test]
fn bodies_and_ids_of_functions() {
    verify_code(
        "uint32 id = abi.functionId(C.answer) + abi.functionId(IOther.ask); cell = abi.encodeBody(IOther.ping, 5); cell = abi.encodeBody(IOther.ask, answer, 5);
        uint64 v = abi.decodeFunctionParams(C.answer, cell.toSlice()); m = id + uint32(v);
        cell = abi.encodeIntMsg({dest: who, value: 1 ton, call: {IOther.ping, 3}, bounce: true}); tvm.sendrawmsg(cell, 1);
        id = abi.functionId(plain); //~ E0325
        cell = abi.encodeBody(IOther.ping); //~ E0316
        cell = abi.encodeBody(IOther.ask, 5); //~ E0325
        cell = abi.encodeIntMsg({dest: who, call: {IOther.ping, 3}}); //~ E0316",
    );
}

#[test]
fn ternaries_and_lists_have_one_type() {
    verify_code(
        "uint32 a = m > 1 ? 5 : m; uint16 b = m > 1 ? 5 : 300; list = [a, 1, 2]; optional(uint32) c = m > 2 ? null : maybe;
        uint32 d = m > 1 ? m : who; //~ E0310
        uint32[] e = [1, 2, who]; //~ E0303
        uint32[] f = new uint32[](m); m = a + b + d; list = e; list = f; maybe = c;",
    );
}

#[test]
fn statements_stand_where_they_may() {
    verify_code(
        "for (uint i = 0; i < 3; i++) { if (i == 1) { continue; } break; } repeat (3) { m++; } while (m < 3) m++; do { m--; } while (m > 0);
        for (uint32 x : list) { m += x; } for ((uint32 k, uint64 v) : map) { m += k + uint32(v); } for ((, uint64 v) : map) { m += uint32(v); }
        break; //~ E0335
        for (uint64 x : list) { m += uint32(x); } //~ E0336
        for (uint64 x : map) { m += uint32(x); } //~ E0336
        for (uint32 x : m) { m += x; } //~ E0336
        try { m++; } catch (variant value, uint16 number) { m = number; value; } //~ W0204
         try { m++; } catch { m--; }
        try { m++; } catch (uint16 number) { m = number; } //~ E0339
        emit Happened(1, who); emit Happened{dest: address.makeAddrExtern(1, 8)}({b: who, a: 2});
        emit Happened(1); //~ E0316
        emit Point(1, 2); //~ E0338
        return 5; //~ E0337",
    );
}

#[test]
fn deletion_and_struct_construction() {
    verify_code(
        "Point p = Point(1, 2); Point q = Point({y: 1, x: 2}); (uint32 a, uint32 b) = q.unpack(); p = q;
        p = Point(1); //~ E0316
        p = Point({x: 1, z: 2}); //~ E0317
        vector(uint32) v; v.push(p.x); m = v.pop() + v.last() + v[0] + v.length() + a + b;
        stack(uint32) s; s.push(1); s.top() += 2; m = s.pop(); delete v;",
    );
}

/// Each line was compared with the official compiler.
#[test]
fn types_agree_with_the_official_compiler() {
    verify_code(
        "varuint16 v = 5; uint120 n = v; int8 i = 1; IOther o = IOther(who); quint8 q = 1; TvmBuilder b;
        n = n + v; v = v * 2; address a = address(v); uint8 s = 1 << 3; q = q << 5; q = q << s; q = q << m; //~ E0308
        v = 2 * v; //~ E0308
        v = v << v; //~ E0308
        b.store(5); //~ E0323
        cell = abi.encode(5); //~ E0323
        bytes1 c = bytes1(\"ab\"); //~ E0307
        TvmSlice d = TvmSlice(\"xyz\"); //~ E0307
        C e = C(o); //~ E0307
        uint8 f = v.cast(uint8); //~ E0320
        uint8 g = math.abs(s); //~ E0326
        i = s > 1 ? i : 5; //~ E0310
        m = uint32(n) + s + f + g + uint8(int(i)); who = a; if (q.isNaN() && d.empty() && c == 0 && address(e) == who) {}",
    );
}

#[test]
fn parameters_that_share_a_name_do_not_share_a_value() {
    crate::support::verify(
        "contract C { function f(uint8 a, uint8 a) internal pure {} //~ E0202 W0201
        function g() public pure { f({a: 1, b: 2}); } } //~ E0317",
    );
}
