//! State, mutability, attributes, special functions (E04xx).

use crate::support::verify;

#[test]
fn mutability_is_kept() {
    verify(
        "contract C { uint32 m; mapping(uint8 => uint8) map; uint32 static s;
        function a() public view returns (uint32) { return m; } function b() public pure returns (uint32) { return 1; }
        function c() public pure returns (uint32) { return m; } //~ E0402
        function d() public view { m = 1; } //~ E0401
        function e() public view { map.delMin(); } //~ E0401
        function f() public pure { tvm.commit(); } //~ E0401
        function g() public pure returns (uint) { return tvm.pubkey(); } //~ E0402
        function h() public pure returns (uint32) { return a(); } //~ E0402
        function i() public view { w(); } //~ E0401
        function w() private { m += s; }
        modifier touch { m = 1; _; }
        function j() public view touch {} //~ E0401
        function k() public pure { tvm.accept(); this.b(); msg.sender.transfer(1); } }",
    );
}

#[test]
fn external_functions_are_not_called_directly() {
    verify("contract C { function f() external {} function g() public { f(); } } //~ E0404");
}

#[test]
fn modifiers_wrap_functions() {
    verify(
        "contract C { uint32 m;
        modifier check(uint32 a) { require(m > a, 101); _; } modifier twice { _; _; }
        modifier never { m = 1; } //~ E0409
        function f(uint32 x) public check(x) twice { m++; }
        function g() public check() { m++; } //~ E0316
        function h() public other { m++; } //~ E0208
        function i() public C { m++; } //~ E0408
        function j() public { check(1); } //~ E0312
        function k() public { _; } } //~ E0335",
    );
}

#[test]
fn attributes_go_together() {
    verify(
        "contract C {
        function a() {} //~ E0412
        function b() public inline {} //~ E0412
        function c() private externalMsg {} //~ E0412
        function d() public externalMsg internalMsg {} //~ E0412
        function e() private responsible returns (uint8) { return {value: 0, bounce: false, flag: 64} 1; } //~ E0412
        function f() private functionID(5) {} //~ E0412
        function g() private virtual {} //~ E0412
        function h() public externalMsg { tvm.accept(); } function i() external internalMsg functionID(0x20) {} function j() internal inline {} }
        library L { function b() public {} function a() external {} //~ E0412
        }
        function free() public {} //~ E0412",
    );
}

#[test]
fn function_ids_are_unique() {
    verify(
        "uint32 constant ID = 7;
        contract C { function a() public functionID(ID) {} function b() public functionID(8) {}
        function c() public functionID(7) {} //~ E0413
        function d() public functionID(0) {} //~ E0413
        function e() public functionID(0x100000000) {} } //~ E0327",
    );
}

#[test]
fn public_functions_have_names_of_their_own() {
    verify(
        "contract C { function f(uint8 a) public pure { require(a > 1); } function f(bool a) public pure { require(a); } } //~ E0418",
    );
}

#[test]
fn bodies_are_where_they_belong() {
    verify(
        "interface I { function a() external; function b() external {} } //~ E0414
        abstract contract A { function c() public virtual;
          function d() public; } //~ E0414
        contract B { function e() public virtual; } //~ E0414
        library L { function f() internal; } //~ E0414
        function g(); //~ E0414",
    );
}

#[test]
fn special_functions_have_their_form() {
    verify(
        "contract C { uint8 m; constructor(uint8 a) { m = a; } receive() external { m++; } fallback() external {} onBounce(TvmSlice s) external { m = s.load(uint8); }
        onTickTock(bool isTock) external { m = isTock ? 1 : 2; } function onCodeUpgrade(TvmCell c) private { m = c.toSlice().preload(uint8); }
        function afterSignatureCheck(TvmSlice body, TvmCell) private inline returns (TvmSlice) { return body; } }
        contract D { receive(uint8 a) external { a++; } //~ E0415
        fallback() {} //~ E0415
        onBounce() external {} //~ E0415
        function onCodeUpgrade() public {} //~ E0415
        function afterSignatureCheck(TvmSlice body) private inline returns (TvmSlice) { return body; } } //~ E0415
        interface I { constructor(); } //~ E0415",
    );
}

#[test]
fn abi_types_only_in_messages() {
    verify(
        "contract C { function a(TvmSlice s) public {} //~ E0324 W0201
        function b() public returns (TvmBuilder) { TvmBuilder x; return x; } //~ E0324
        function c(mapping(bool => uint8) m) public {} //~ E0324 W0201
        event E(vector(uint8) v); //~ E0324
        function d(mapping(address => optional(uint8, TvmCell)) m, string[] s) public { require(m[address(0)].hasValue()); s.push(\"a\"); } }",
    );
}

#[test]
fn state_variables() {
    verify(
        "uint8 m; //~ E0416
        interface I { uint8 a; } //~ E0416
        library L { uint8 b; uint8 constant OK = 1; } //~ E0416
        contract C { uint8 static x = 1; //~ E0416
        uint8 static constant y = 1; //~ E0416
        TvmSlice s; //~ E0416
        TvmSlice nostorage t; uint8 static z; uint8 public p = 5; function f() public { s = t; m; p = x + y + z; } } ",
    );
}

#[test]
fn responsible_functions_answer_with_options() {
    verify(
        "contract C { function f(uint8 a) public pure responsible returns (uint8) { return {value: 0, bounce: false, flag: 64} a; }
        function g(uint8 a) public pure returns (uint8) { return {value: 0} a; } //~ E0337
        function h(uint8 a) public pure responsible returns (uint8) { return {gas: 0} a; } //~ E0331
        function j() public pure responsible returns (uint8) { return {value: 0, flag: 64} 1; } //~ E0337
        function i() public pure returns (uint8) { return; } } //~ E0337",
    );
}

#[test]
fn using_attaches_functions() {
    verify(
        "library L { function del(uint[] a, uint i) internal pure { a[i] = 0; a.pop(); } function twice(uint32 x) internal pure returns (uint32) { return x * 2; } }
        function half(uint32 x) pure returns (uint32) { return x / 2; }
        contract C { using L for uint[]; using L for uint32; using {half} for uint32; uint[] list; uint32 m;
        function f() public { list.del(1); m = m.twice() + m.half(); m = L.twice(3); }
        function g() public view { list.del(1); } //~ E0401
        function h() public { m = m.thrice(); //~ E0320
          uint8 x = 1; m = x.twice(); } } //~ E0320",
    );
}

#[test]
fn deploying_contracts() {
    verify(
        "contract W { uint8 static id; address static owner; constructor(uint32 a) { require(a > 0, 101); } }
        abstract contract A {} contract N {}
        contract C { function f(TvmCell code, TvmCell state) public returns (address) {
          address a = new W{code: code, value: 1 ton, varInit: {id: 1, owner: msg.sender}, pubkey: 5, wid: -1, flag: 1}(7);
          W w = new W{stateInit: state, value: 1 ton}(7); a = w;
          TvmCell s = abi.encodeStateInit({code: code, contr: W, varInit: {id: 2}, pubkey: 3}); s = abi.encodeStateInit(code, s);
          new W{value: 1}(7); //~ E0333
          new W{code: code}(7); //~ E0333
          new W{stateInit: s, value: 1, varInit: {id: 1}}(7); //~ E0333
          new W{code: code, value: 1, varInit: {nothing: 1}}(7); //~ E0333
          new W{code: code, value: 1}(); //~ E0316
          new A{code: code, value: 1}(); //~ E0332
          new N{code: code, value: 1}(); //~ E0332
          s = abi.encodeStateInit({code: code, varInit: {id: 2}}); //~ E0333
          return a; } }",
    );
}

#[test]
fn library_functions_know_no_state() {
    verify(
        "contract C { uint8 m; function f() public { m = 1; L.f(); } }
        library L { function f() internal { m = 1; } //~ E0208
          function g() internal { tvm.commit(); } //~ E0401
          function h() internal { this; } } //~ E0311",
    );
}

#[test]
fn inline_functions_end() {
    verify(
        "contract C { function f() public { a(); } function a() private inline { b(); } //~ E0425\n function b() private { a(); } }",
    );
}

#[test]
fn using_directives_are_judged_where_they_stand() {
    verify(
        "library L { function f(uint8 a) internal {} } function g(bool a) {} contract N {} //~ W0201 W0201
        using L for *; //~ E0214
        using {g} for uint8; //~ E0214
        using {g} for bool global; //~ E0214
        using {g as +} for bool; //~ E0514
        using {L} for bool; //~ E0214
        using {L.f} for uint8; using L for uint8;
        contract C { using N for uint8; //~ E0214
          using L for *; using L for Nothing; //~ E0208
          function h() public {} using {h} for uint8; } //~ E0214",
    );
}
