package import PortcullisCore

/// Finds the clusters of a plan that are certain, in one pass over its cases: cases that share a declared `cluster`, the same normalised input or
/// the same context document are one cluster, transitively.
///
/// Ids, checks and expected answers are of no account: one question under five ids is one question. Memory grows by about 30 bytes a case.
package struct ClusterFinder: Sendable {
  private var sets = DisjointSets()
  /// The first case with each key.
  private var owners: [UInt64: UInt32] = [:]
  /// Cases that were joined to others by something nobody declared.
  private var joined: [UInt32] = []

  package init() {}

  /// Takes in the next case of the plan.
  ///
  /// - Parameter inputs: What the arms are asked, one for each prompt.
  package mutating func add(cluster: String?, context: [ContextDocument], inputs: [ClusterKey]) {
    let place = sets.makeSet()
    if let cluster { share(ClusterLabel(cluster: cluster).bits, place, isDeclared: true) }
    for input in inputs { share(input.bits, place, isDeclared: false) }
    for document in context {
      if let key = ClusterKey(document: document.text) { share(key.bits, place, isDeclared: false) }
    }
  }

  private mutating func share(_ key: UInt64, _ place: Int, isDeclared: Bool) {
    guard let owner = owners[key] else {
      owners[key] = UInt32(place)
      return
    }
    if sets.root(of: Int(owner)) == sets.root(of: place) { return }
    sets.join(Int(owner), place)
    if !isDeclared { joined.append(UInt32(place)) }
  }

  /// What was found, once the last case is in.
  package consuming func found() -> FoundClusters {
    var sets = sets
    return FoundClusters(sets: sets, roots: Set(joined.map { sets.root(of: Int($0)) }))
  }
}

/// The certain clusters of a plan that hold more than cases of one declared cluster.
package struct FoundClusters: Sendable {
  private var sets: DisjointSets
  private let roots: Set<Int>

  fileprivate init(sets: DisjointSets, roots: Set<Int>) {
    self.sets = sets
    self.roots = roots
  }

  /// Nobody need be told: what was declared says everything.
  package var isEmpty: Bool { roots.isEmpty }
  package var count: Int { roots.count }

  /// The cluster of a case: the place in the plan of its first case, from 0; nil where what the case declares says everything.
  package mutating func cluster(of place: Int) -> Int? {
    let root = sets.root(of: place)
    return roots.contains(root) ? root : nil
  }
}

/// What makes two cases ask the same thing, in 64 bits: their texts but for case, runs of white space, invisible characters and the Unicode
/// form. Other texts with the same bits are taken for the same, which only joins clusters.
package struct ClusterKey: Sendable, Hashable {
  let bits: UInt64

  /// - Parameter messages: In their order; who speaks is of no account.
  package init(messages: [String]) {
    var hash = StableHash(seed: 4)
    for message in messages { _ = hash.add(normalised: message) }
    bits = hash.bits
  }

  /// nil where there is nothing to read.
  init?(document: String) {
    var hash = StableHash(seed: 5)
    guard hash.add(normalised: document) else { return nil }
    bits = hash.bits
  }
}
