package import PortcullisCore

/// All that a shadow decision may look at.
package struct ShadowEvidence: Sendable, Hashable {
  package struct Slice: Sendable, Hashable {
    package let tag: Case.Tag
    package let sums: ShadowSums
  }

  package let needs: ShadowNeeds
  /// Lines that were to be pairs, and those of them that are none.
  package let planned: Int
  package let lost: Int
  /// Whether production was asked a second time.
  package let asksNoise: Bool
  package let hasScores: Bool
  /// Every answer of every arm is one same text, though the questions are not.
  package let isOneAnswer: Bool
  package let copies: CopiedAnswers
  package let whole: ShadowSums
  /// By tag and value, both by bytes.
  package let slices: [Slice]
  /// Tags with too many values for slices.
  package let crowded: [String]
  package let fields: FieldEvidence
  package let calls: Evidence
  package let arms: [ArmSummary]
  package let discordant: ShadowSamples
  package let worse: Witnesses
  package let incomplete: Witnesses

  func slices(of name: String) -> [Slice] { slices.filter { sameBytes($0.tag.name, name) } }
}

/// Sums the entries of all pairs over whole clusters, in the whole and in each slice.
struct ShadowCounting {
  private(set) var whole: ShadowSums
  private(set) var slices: [ShadowEvidence.Slice] = []
  private(set) var crowded: [String] = []
  private(set) var hasScores = false
  private(set) var units = 0

  /// Cost: a sort of the entries, by their units.
  ///
  /// - Parameter grades: One for each entry; nil where answers are compared as the same or not.
  init(entries: [ShadowEntry], grades: [ShadowGrades?]?, lost: Int, asksNoise: Bool, slices table: SliceTable, wanted: [String]) {
    whole = ShadowSums(isGraded: grades != nil)
    let rows = ShadowRows(entries, grades)
    hasScores = entries.contains { $0.candidate != nil || $0.production != nil || $0.noise != nil }
    var sums = SliceSums(table, isGraded: grades != nil)
    var start = 0
    while start < rows.count {
      var end = start + 1
      while end < rows.count, rows[end].entry.unit == rows[start].entry.unit { end += 1 }
      var cell = ShadowCell(isGraded: grades != nil)
      for place in start..<end { cell.add(rows[place].entry, rows[place].grades, asksNoise: asksNoise) }
      whole.add(cell)
      if end - start == 1 {
        sums.add(cell, of: rows[start].entry.slices)
      } else {
        sums.add(rows, start..<end, asksNoise: asksNoise)
      }
      units += 1
      start = end
    }
    whole.add(lost: lost)
    slices = sums.finished()
    crowded = wanted.filter { table.isCrowded($0) }
  }
}

/// Entries in the order of their units, each with its grades. Without grades nothing but the entries is held.
private struct ShadowRows {
  private var entries: [ShadowEntry]
  private let graded: (grades: [ShadowGrades?], order: [Int])?

  init(_ entries: [ShadowEntry], _ grades: [ShadowGrades?]?) {
    self.entries = entries
    graded = grades.map { ($0, entries.indices.sorted { entries[$0].unit < entries[$1].unit }) }
    if graded == nil { self.entries.sort { $0.unit < $1.unit } }
  }

  var count: Int { entries.count }

  subscript(place: Int) -> (entry: ShadowEntry, grades: ShadowGrades?) {
    guard let graded else { return (entries[place], nil) }
    let index = graded.order[place]
    return (entries[index], graded.grades[index])
  }
}

/// The sums of every slice.
private struct SliceSums {
  private let tags: [Case.Tag]
  /// By the number of a combination: places among `tags`.
  private let places: [[Int]]
  private var sums: [ShadowSums]
  private let isGraded: Bool

  init(_ table: SliceTable, isGraded: Bool) {
    self.isGraded = isGraded
    let sliced = table.sliced
    var tags: [Case.Tag] = []
    var known: [Case.Tag: Int] = [:]
    places = table.allTags.map { combination in
      combination.filter { tag in sliced.contains { sameBytes($0, tag.name) } }.map { tag in
        if let place = known[tag] { return place }
        known[tag] = tags.count
        tags.append(tag)
        return tags.count - 1
      }
    }
    self.tags = tags
    sums = Array(repeating: ShadowSums(isGraded: isGraded), count: tags.count)
  }

  mutating func add(_ cell: ShadowCell, of combination: Int) {
    for place in places[combination] { sums[place].add(cell) }
  }

  /// The pairs of one cluster, which may lie in several slices.
  mutating func add(_ rows: ShadowRows, _ cluster: Range<Int>, asksNoise: Bool) {
    var cells: [Int: ShadowCell] = [:]
    for row in cluster.map({ rows[$0] }) {
      for place in places[row.entry.slices] {
        cells[place, default: ShadowCell(isGraded: isGraded)].add(row.entry, row.grades, asksNoise: asksNoise)
      }
    }
    for (place, cell) in cells { sums[place].add(cell) }
  }

  func finished() -> [ShadowEvidence.Slice] {
    zip(tags, sums).map { ShadowEvidence.Slice(tag: $0, sums: $1) }.sorted { left, right in
      if !sameBytes(left.tag.name, right.tag.name) { return left.tag.name.utf8.lexicographicallyPrecedes(right.tag.name.utf8) }
      return left.tag.value.utf8.lexicographicallyPrecedes(right.tag.value.utf8)
    }
  }
}
