package import PortcullisCore

/// An entry as it is kept, believed in nothing: a line of an export, or a row of the store.
package struct LedgerRecord: Sendable {
  /// All that its hash is of; nil where it is no JSON object.
  package let json: JSON?
  /// The hash kept beside it; nil where there is none that could be read.
  package let hash: Digest?
  /// nil where the members make no entry.
  package let entry: LedgerEntry?

  /// Whether it was found under another number or key than its own.
  let isMisfiled: Bool

  package init(json: JSON?, hash: Digest?, isMisfiled: Bool = false) {
    self.json = json
    self.isMisfiled = isMisfiled
    self.hash = hash
    entry = json.flatMap(LedgerEntry.init(json:))
  }

  /// A line of an export: the members of the entry and `hash`.
  package init(line: JSON) {
    guard case .object(var object) = line else {
      self.init(json: nil, hash: nil)
      return
    }
    let hash = object["hash"]?.string.flatMap(Digest.init(_:))
    object["hash"] = nil
    self.init(json: .object(object), hash: hash)
  }

  package var line: JSON {
    guard case .object(var object)? = json else { return .null }
    object["hash"] = hash.map { .string($0.description) }
    return .object(object)
  }

  /// Of what is there now.
  var computed: Digest? { json.map { Digest(of: $0) } }
}

extension LedgerHead {
  /// The first line of an export.
  package var line: JSON {
    .object([("schema", .string("portcullis.ledger/1")), ("entries", .int(entries)), ("head", .string(hash.description))])
  }

  /// nil where the value is not one that `line` wrote.
  package init?(line: JSON) {
    guard line["schema"]?.string == "portcullis.ledger/1", let entries = line["entries"]?.int, let hash = line["head"]?.string else {
      return nil
    }
    self.init("\(entries) \(hash)")
  }
}
