//! Codes of the problems that code generation reports.

tsol_syntax::code_table! {
    /// Not compiled yet, or never.
    E0601 = "this construct is not supported by this compiler",
        "The construct belongs to the language, but tsolc has no code for it yet. It is refused rather than compiled to \
         something that could be wrong. Rewrite it with other means; the message names what was met.";
    /// Two functions answer to one id.
    E0602 = "two functions have the same id",
        "Every public function is found by a 32-bit id: the first bits of the hash of its signature, or the attribute \
         `functionID`. Two functions with one id cannot be told apart. Give one of them another name or id.";
    /// The code does not fit into cells.
    E0603 = "the code cannot be laid out in cells",
        "A function is larger than the machine allows, or needs more of the stack than instructions can reach (256 \
         values). Split the function.";
    /// It is not known whether the state that old code left is read.
    E0604 = "`tvm.resetStorage()` may come too late",
        "New code reads the state that old code left unless `onCodeUpgrade` resets it first: the layout of the old code \
         may be another one. Whether it does has to be plain. Call `tvm.resetStorage()`, or a function that begins \
         with it, as a statement of its own at the top of `onCodeUpgrade`, outside of conditions, loops and \
         modifiers.";
    /// A bug of this crate.
    E0699 = "internal error of the compiler",
        "The compiler contradicts itself. No output is written. Please report the source that leads to it.";
}
