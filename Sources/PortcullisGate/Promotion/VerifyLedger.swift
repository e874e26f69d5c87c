import PortcullisCore

/// Every fault by which a ledger shows that an entry was edited, replaced, cut, reordered, duplicated or inserted; empty for a whole one.
///
/// What no hash can show is a ledger that was rewritten from some entry on together with every head that is held against it: only a head or an export
/// kept elsewhere shows that.
///
/// - Parameters:
///   - records: In the order in which they are kept.
///   - witnesses: Heads kept apart from the records.
///   - known: The same ledger from another place, by number: what differs is then named member by member.
package func verify(_ records: [LedgerRecord], against witnesses: [LedgerWitness], known: [Int: LedgerRecord] = [:]) -> [LedgerFault] {
  var walk = LedgerWalk(records, witnesses, known)
  walk.contents()
  walk.order()
  walk.links()
  for witness in witnesses { walk.hold(against: witness) }
  walk.compare()
  return walk.faults
}

private struct LedgerWalk {
  let records: [LedgerRecord]
  let witnesses: [LedgerWitness]
  let known: [Int: LedgerRecord]
  /// The place of each number's first record.
  let places: [Int: Int]
  let last: Int
  private(set) var faults: [LedgerFault] = []
  /// Entries that a fault names already, so that one change is told once.
  private var named: Set<Int> = []

  init(_ records: [LedgerRecord], _ witnesses: [LedgerWitness], _ known: [Int: LedgerRecord]) {
    self.records = records
    self.witnesses = witnesses
    self.known = known
    var places: [Int: Int] = [:]
    for (place, record) in records.enumerated() {
      if let number = record.entry?.number, places[number] == nil { places[number] = place }
    }
    self.places = places
    last = places.keys.max() ?? 0
  }

  private mutating func fault(_ kind: LedgerFault.Kind, _ number: Int?, _ words: String) {
    faults.append(LedgerFault(kind, number, words))
    if let number { named.insert(number) }
  }

  /// Each record by itself: can it be read, and is it what its hash is of?
  mutating func contents() {
    for (place, record) in records.enumerated() {
      guard let entry = record.entry, let computed = record.computed else {
        fault(.unreadable, nil, "record \(place + 1) makes no entry: a member is gone, or of another kind")
        continue
      }
      guard !record.isMisfiled else {
        fault(.edited, entry.number, "entry \(entry.number) is kept under another number or key than its own")
        continue
      }
      guard let hash = record.hash else {
        fault(.edited, entry.number, "entry \(entry.number) has no hash")
        continue
      }
      guard hash != computed else { continue }
      // The next entry, or the head, remembers what the hash was.
      let remembered = hashAfter(entry.number)
      if remembered == computed {
        fault(.edited, entry.number, "entry \(entry.number) is as it was, but the hash beside it was changed")
      } else {
        fault(
          .edited, entry.number,
          "entry \(entry.number) (\(entry.event.kind)) was edited: it hashes to \(short(computed)), recorded is \(short(hash))"
            + differences(entry.number, record))
      }
    }
  }

  /// What follows an entry says of its hash.
  private func hashAfter(_ number: Int) -> Digest? {
    if let place = places[number + 1] { return records[place].entry?.previous }
    return witnesses.first { $0.head.entries == number }?.head.hash
  }

  /// Numbers: each once, rising by one.
  mutating func order() {
    var highest = 0
    for (place, record) in records.enumerated() {
      guard let number = record.entry?.number else { continue }
      if let first = places[number], first < place {
        if records[first].computed == record.computed {
          fault(.duplicated, number, "entry \(number) stands twice")
        } else {
          fault(.inserted, number, "there are two entries \(number) with different content: one was inserted")
        }
        continue
      }
      if number < highest {
        fault(.reordered, number, "entry \(number) stands after entry \(highest)")
        continue
      }
      if let (from, to) = gap(after: highest, before: number) {
        fault(
          .missing, from,
          "\(entries(from, to)) \(from == to ? "is" : "are") missing"
            + (highest > 0 ? " between entry \(highest) and entry \(number)" : " at the beginning"))
      }
      highest = number
    }
    var keys: [String: Int] = [:]
    for number in places.keys.sorted() {
      guard let place = places[number], let entry = records[place].entry else { continue }
      if let first = keys[entry.key] {
        fault(.duplicated, number, "entry \(number) records the same as entry \(first): '\(entry.key)'")
      } else {
        keys[entry.key] = number
      }
    }
  }

  /// The first and the last number between two that no record has; nil where none is missing.
  private func gap(after low: Int, before high: Int) -> (Int, Int)? {
    var from = low + 1, to = high - 1
    while from < high, places[from] != nil { from += 1 }
    guard from < high else { return nil }
    while places[to] != nil { to -= 1 }
    return (from, to)
  }

  /// Each entry follows the one with the number before.
  mutating func links() {
    for number in places.keys.sorted() {
      guard let place = places[number], let entry = records[place].entry else { continue }
      if number == 1 {
        if entry.previous != LedgerEntry.origin, !named.contains(1) {
          fault(.replaced, 1, "entry 1 does not begin a ledger: it follows \(short(entry.previous))")
        }
        continue
      }
      guard let before = places[number - 1], let hash = records[before].computed, entry.previous != hash else { continue }
      guard !named.contains(number - 1), !named.contains(number) else { continue }
      fault(
        .replaced, number - 1,
        "entry \(number - 1) is not the one that entry \(number) follows: it hashes to \(short(hash)), entry \(number) follows "
          + "\(short(entry.previous))")
    }
  }

  /// The end is where the head says, and the last entry is the one it names.
  mutating func hold(against witness: LedgerWitness) {
    let (entries, name) = (witness.head.entries, witness.name)
    if entries > last {
      let from = last + 1
      return fault(
        .cut, from,
        "\(self.entries(from, entries)) \(from == entries ? "is" : "are") missing at the end: \(name) counts \(entries), the ledger ends with "
          + (last == 0 ? "none" : "entry \(last)"))
    }
    if entries < last, !witness.mayLag {
      fault(
        .inserted, entries + 1,
        "\(self.entries(entries + 1, last)) \(entries + 1 == last ? "stands" : "stand") behind the end: \(name) counts \(entries)")
    }
    guard entries > 0, let place = places[entries], let hash = records[place].computed, hash != witness.head.hash else { return }
    guard !named.contains(entries) else { return }
    fault(
      .replaced, entries,
      "entry \(entries) is not the one \(name) names: it hashes to \(short(hash)), \(name) has \(short(witness.head.hash))"
        + differences(entries, records[place]))
  }

  /// Entry by entry with the same ledger elsewhere; only the first difference is told, for what follows it must differ too.
  mutating func compare() {
    for number in places.keys.sorted() {
      guard let place = places[number], let other = known[number], let mine = records[place].computed, mine != other.computed else {
        continue
      }
      guard !named.contains(number) else { return }
      return fault(.replaced, number, "entry \(number) is another one than in the store" + differences(number, records[place]))
    }
  }

  /// `: 'verdict' is "pass", in the store "fail"`; empty where the entry is known nowhere else.
  private func differences(_ number: Int, _ record: LedgerRecord) -> String {
    guard let mine = record.json?.object, let other = known[number]?.json?.object else { return "" }
    let names = mine.members.map(\.name) + other.members.map(\.name).filter { mine[$0] == nil }
    let told = names.filter { mine[$0] != other[$0] }.prefix(3).map { name in
      "'\(name)' is \(mine[name]?.compactText ?? "absent"), in the store \(other[name]?.compactText ?? "absent")"
    }
    return told.isEmpty ? "" : "; " + told.joined(separator: "; ")
  }

  private func entries(_ from: Int, _ to: Int) -> String {
    from == to ? "entry \(from)" : to == from + 1 ? "entries \(from) and \(to)" : "entries \(from) to \(to)"
  }
}

/// Enough of a digest to tell two apart.
private func short(_ digest: Digest) -> String { "sha256:" + digest.hex.prefix(12) + "…" }
