package import PortcullisCore

/// Up to ten case ids, worst first and then by bytes: the same ones whatever the order in which they came.
package struct Witnesses: Sendable, Hashable {
  private struct Entry: Sendable, Hashable {
    /// Lower is worse.
    let rank: Int
    let id: CaseID

    static func < (left: Entry, right: Entry) -> Bool {
      left.rank != right.rank ? left.rank < right.rank : left.id < right.id
    }
  }

  static let limit = 10
  private var entries: [Entry] = []
  /// Cases that were offered, kept or not.
  package private(set) var count = 0

  package init() {}

  package var ids: [CaseID] {
    var seen: [CaseID] = []
    for entry in entries where !seen.contains(entry.id) { seen.append(entry.id) }
    return seen
  }

  package var isEmpty: Bool { count == 0 }

  mutating func add(_ witness: some Witness, rank: Int = 0) {
    count += 1
    if entries.count == Self.limit {
      let last = entries[Self.limit - 1]
      guard rank < last.rank || (rank == last.rank && witness.precedes(last.id)) else { return }
    }
    keep(Entry(rank: rank, id: witness.caseID))
  }

  private mutating func keep(_ entry: Entry) {
    if entries.count == Self.limit, !(entry < entries[Self.limit - 1]) { return }
    var place = entries.count
    while place > 0, entry < entries[place - 1] { place -= 1 }
    // The same id in two evalsets is one name; keeping it once keeps shards and order out of the list.
    if place > 0, entries[place - 1] == entry { return }
    entries.insert(entry, at: place)
    if entries.count > Self.limit { entries.removeLast() }
  }

  func joined(with other: Witnesses) -> Witnesses {
    var both = self
    both.merge(other)
    return both
  }

  /// The same cases, all of one rank.
  func ranked(_ rank: Int) -> Witnesses {
    var others = self
    others.entries = entries.map { Entry(rank: rank, id: $0.id) }
    return others
  }

  mutating func merge(_ other: Witnesses) {
    count += other.count
    for entry in other.entries { keep(entry) }
  }
}
