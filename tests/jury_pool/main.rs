//! The independent jury (governance 5.10; T35, T61, T74).
