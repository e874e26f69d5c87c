package import PortcullisCore

/// Up to ten pairs in which only the candidate differs, the most telling first: the greatest loss of score, then the most fields.
package struct ShadowSamples: Sendable, Hashable {
  private struct Entry: Sendable, Hashable {
    /// Lower is more telling.
    let rank: Int
    let fields: [String]
    let pair: ShadowPair

    static func < (left: Entry, right: Entry) -> Bool {
      left.rank != right.rank ? left.rank < right.rank : left.pair.id < right.pair.id
    }
  }

  private static let limit = 10
  /// Characters of a text that are kept: enough for a reader, and no more than a page.
  private static let longest = 4000
  private var entries: [Entry] = []
  /// Pairs that were offered, kept or not.
  package private(set) var count = 0

  init() {}

  package var pairs: [ShadowPair] { entries.map(\.pair) }
  package var ids: [CaseID] { entries.map(\.pair.id) }

  /// - Parameter fields: In which the answers differ.
  mutating func add(_ pair: ShadowPair, fields: [String]) {
    count += 1
    var rank = -fields.count
    if let ours = pair.candidate?.score, let theirs = pair.production?.score { rank += billionths(ours) - billionths(theirs) }
    offer(pair, rank: rank, fields: fields)
  }

  /// A pair that a judge graded, where it finds production's answers more alike: the greatest excess first.
  mutating func add(graded pair: ShadowPair) {
    guard let grades = pair.agreement else { return }
    let alike = (grades.candidate + grades.candidateAndNoise) / 2
    guard grades.production > alike else { return }
    count += 1
    offer(pair, rank: billionths(alike) - billionths(grades.production), fields: [])
  }

  private mutating func offer(_ pair: ShadowPair, rank: Int, fields: [String]) {
    if entries.count == ShadowSamples.limit {
      let last = entries[ShadowSamples.limit - 1]
      guard rank < last.rank || (rank == last.rank && pair.id < last.pair.id) else { return }
    }
    keep(Entry(rank: rank, fields: fields, pair: pair.shortened(to: ShadowSamples.longest)))
  }

  private mutating func keep(_ entry: Entry) {
    let place = entries.firstIndex { entry < $0 } ?? entries.count
    entries.insert(entry, at: place)
    if entries.count > ShadowSamples.limit { entries.removeLast() }
  }

  mutating func merge(_ other: ShadowSamples) {
    count += other.count
    for entry in other.entries { keep(entry) }
  }

  /// In which fields the answers of a kept pair differ.
  package func fields(of id: CaseID) -> [String] { entries.first { $0.pair.id == id }?.fields ?? [] }
}

extension ShadowPair {
  /// The same pair with texts that are short enough to keep.
  fileprivate func shortened(to length: Int) -> ShadowPair {
    var short = self
    short.messages = messages.suffix(4).map { Message(role: $0.role, content: String($0.wholeText.prefix(length))) }
    short.toolResults = nil
    short.production = production?.shortened(to: length)
    short.candidate = candidate?.shortened(to: length)
    short.noise = noise?.shortened(to: length)
    return short
  }
}

extension ShadowAnswer {
  fileprivate func shortened(to length: Int) -> ShadowAnswer {
    guard case .completion(var completion) = content else { return self }
    completion.text = completion.text.map { String($0.prefix(length)) }
    completion.refusal = completion.refusal.map { String($0.prefix(length)) }
    completion.toolCalls = Array(completion.toolCalls.prefix(20))
    var short = self
    short.content = .completion(completion)
    return short
  }
}
