import PortcullisCore

/// Which requests of a stream are asked: drawn by the digest of the request, so that the same files give the same ones on every machine, and no
/// answer can sway it.
package struct ShadowSelection: Sendable {
  package enum Size: Sendable, Hashable {
    case all
    /// Of the requests offered, about this share; 0…1.
    case share(Double)
    /// At most so many.
    case count(Int)
  }

  private let size: Size
  private let strata: String?
  /// By stratum, the least ranks seen; the greatest first, at most `count`.
  private var ranks: [String: [UInt64]] = [:]
  package private(set) var offered = 0

  /// - Parameter strata: A tag whose values get equal parts of a count, as far as they have requests.
  package init(_ size: Size, strata: String? = nil) {
    self.size = size
    self.strata = strata
  }

  /// Takes in a request that might be asked.
  package mutating func offer(_ pair: ShadowPair) {
    offered += 1
    let rank = pair.rank
    let stratum = strata.flatMap { name in pair.tags.first { sameBytes($0.name, name) }?.value } ?? ""
    switch size {
    case .share(let share) where Double(rank) >= share * 0x1p64: return
    case .count(let count):
      var kept = ranks[stratum] ?? []
      let place = kept.firstIndex { $0 < rank } ?? kept.count
      kept.insert(rank, at: place)
      if kept.count > count { kept.removeFirst() }
      ranks[stratum] = kept
    case .all, .share: ranks[stratum, default: []].append(rank)
    }
  }

  /// The requests that were drawn, once all were offered.
  package func chosen() -> Chosen {
    guard case .count(let count) = size else { return Chosen(ranks: Set(ranks.values.joined())) }
    // One of each stratum in turn, the least ranks first: a small stratum gives all it has.
    var rows = ranks.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }.map { Array($0.value.reversed())[...] }
    var drawn: Set<UInt64> = []
    while drawn.count < count, rows.contains(where: { !$0.isEmpty }) {
      for place in rows.indices where drawn.count < count {
        if let rank = rows[place].popFirst() { drawn.insert(rank) }
      }
    }
    return Chosen(ranks: drawn)
  }

  package struct Chosen: Sendable {
    fileprivate let ranks: Set<UInt64>

    package var count: Int { ranks.count }
    package func contains(_ pair: ShadowPair) -> Bool { ranks.contains(pair.rank) }
  }
}

extension ShadowPair {
  /// 64 bits of the request that have nothing to do with `request`, which draws the first answer.
  fileprivate var rank: UInt64 {
    var hash = StableHash(seed: 11)
    hash.add(id.text)
    for message in messages { hash.add(message.wholeText) }
    return hash.bits
  }
}
