//! The member registry: members, seats, decisions, directory of contests (governance 5.5; T23-T42).
