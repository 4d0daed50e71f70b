//! Enums of contests.

use crate::numbered::numbered;

numbered! {
    /// Kind of a contest.
    Kind("kind of contest") {
        /// The jury pool judges it.
        Regular = "regular",
        /// Its winners become jurors.
        JurySelection = "jury selection",
    }
}

numbered! {
    /// Phase of a contest. A contest never goes back, except from Held to Confirm.
    Phase("phase of a contest") {
        /// Deployed, without its money.
        Created = "created",
        /// It has its money, entries are not open yet.
        Funded = "funded",
        /// Entries are open.
        Open = "open",
        /// Entries are closed, the jury is being drawn.
        Drawing = "drawing",
        /// Jurors commit to their cards.
        Commit = "commit",
        /// Jurors reveal their cards.
        Reveal = "reveal",
        /// The ranking stands.
        Tallied = "tallied",
        /// The payout waits for the members.
        Confirm = "confirm",
        /// The payout is held.
        Held = "held",
        /// The payout is open.
        Payable = "payable",
        /// The rest goes home.
        Settling = "settling",
        /// Over.
        Closed = "closed",
        /// It ends without a ranking.
        Cancelled = "cancelled",
    }
}

numbered! {
    /// How a contest ended.
    Ending("ending of a contest") {
        /// It has not ended.
        None = "none",
        /// With a ranking.
        Paid = "paid",
        /// By a decision.
        Cancelled = "cancelled",
        /// Too few jurors judged.
        NoQuorum = "no quorum",
    }
}

numbered! {
    /// What a juror says about an entry.
    Verdict("verdict") {
        /// A score.
        For = "for",
        /// No opinion.
        Abstain = "abstain",
        /// It should not win.
        Reject = "reject",
        /// The juror has an interest.
        Recuse = "recuse",
    }
}

numbered! {
    /// State of a payout item.
    ItemState("state of a payout") {
        /// No such item.
        None = "none",
        /// Waits for being sent.
        Due = "due",
        /// Sent.
        Sent = "sent",
        /// It came back.
        Failed = "failed",
        /// Never claimed: it went back to the stage.
        Swept = "swept",
    }
}
