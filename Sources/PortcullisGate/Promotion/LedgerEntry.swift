package import PortcullisCore

/// One link of the promotion ledger: what happened, when, and the hash of all that came before.
///
/// Its hash is the SHA-256 of the canonical JSON (RFC 8785) of all its members, the previous hash among them, so an entry cannot change without
/// every later hash changing too.
package struct LedgerEntry: Sendable, Hashable {
  /// From 1, without gaps.
  package let number: Int
  /// The hash of the entry before; `LedgerEntry.origin` for the first.
  package let previous: Digest
  /// Milliseconds since 1970 in UTC.
  package let at: Int
  /// Of what is recorded: the same thing cannot be recorded twice.
  package let key: String
  package let event: LedgerEvent

  package init(number: Int, previous: Digest, at: Int, key: String, event: LedgerEvent) {
    self.number = number
    self.previous = previous
    self.at = at
    self.key = key
    self.event = event
  }

  /// What the first entry follows.
  package static let origin = Digest(of: "portcullis.ledger/1")

  /// All that the hash is of.
  package var json: JSON {
    .object(
      [
        ("number", .int(number)), ("previous", .string(previous.description)), ("at_ms", .int(at)), ("key", .string(key)),
        ("kind", .string(event.kind)),
      ] + event.members)
  }

  package var hash: Digest { Digest(of: json) }

  /// nil where a member is absent or makes no sense. The hash is not looked at.
  package init?(json: JSON) {
    guard let number = json["number"]?.int, 1...1_000_000_000_000 ~= number,
      let previous = json["previous"]?.string.flatMap(Digest.init(_:)),
      let at = json["at_ms"]?.int, 0...8_640_000_000_000_000 ~= at, let key = json["key"]?.string, let kind = json["kind"]?.string,
      let event = LedgerEvent(kind: kind, json: json)
    else { return nil }
    self.init(number: number, previous: previous, at: at, key: key, event: event)
  }
}

/// How far a ledger goes: kept apart from it, so that whoever changes the one is told by the other.
package struct LedgerHead: Sendable, Hashable, CustomStringConvertible {
  package let entries: Int
  /// Of the last entry; `LedgerEntry.origin` where there is none.
  package let hash: Digest

  package init(entries: Int, hash: Digest) {
    self.entries = entries
    self.hash = hash
  }

  package static let empty = LedgerHead(entries: 0, hash: LedgerEntry.origin)

  /// `12 sha256:…`: the one line of the file `ledger.head`.
  package var description: String { "\(entries) \(hash)" }

  /// Reads `description`, with or without a line break.
  package init?(_ text: String) {
    let parts = text.split { $0 == " " || $0 == "\n" }
    guard parts.count == 2, let entries = Int(parts[0]), entries >= 0, let hash = Digest(String(parts[1])) else { return nil }
    guard entries > 0 || hash == LedgerEntry.origin else { return nil }
    self.init(entries: entries, hash: hash)
  }
}
