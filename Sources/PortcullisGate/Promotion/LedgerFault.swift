import PortcullisCore

/// One thing by which a ledger shows that it was changed.
package struct LedgerFault: Sendable, Hashable {
  package enum Kind: String, Sendable, CaseIterable {
    /// It makes no entry at all.
    case unreadable
    /// Its content is not what its hash is of.
    case edited
    /// The entry after it, or the head, is of other content than it has now, although its own hash fits.
    case replaced
    /// Entries before others are not there.
    case missing
    /// The last entries are not there.
    case cut
    case reordered
    case duplicated
    /// It stands where no entry was.
    case inserted
    /// The head that is kept apart cannot be read, or is not there.
    case headless
  }

  package let kind: Kind
  /// Of the entry; nil where the ledger as a whole is meant.
  package let number: Int?
  /// Names the entry and what differs; one sentence without a full stop, not escaped.
  package let words: String

  package init(_ kind: Kind, _ number: Int?, _ words: String) {
    self.kind = kind
    self.number = number
    self.words = words
  }
}

/// A head that a ledger is held against.
package struct LedgerWitness: Sendable {
  /// As in `the store's head`.
  package let name: String
  package let head: LedgerHead
  /// Whether the ledger may have gone on since: a file that is written after each entry may lag behind by a crash.
  package let mayLag: Bool

  package init(_ name: String, _ head: LedgerHead, mayLag: Bool = false) {
    self.name = name
    self.head = head
    self.mayLag = mayLag
  }
}
