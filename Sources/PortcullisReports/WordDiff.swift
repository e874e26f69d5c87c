/// What changed between two texts, word by word. Words are runs without blanks; how they are spaced does not count.
///
/// Pure, and bounded: texts of more than `limit` words are compared by their first `limit` words.
struct WordDiff: Hashable {
  enum Part: Hashable {
    case same([String])
    case removed([String])
    case added([String])
  }

  /// Neighbours differ in kind; where both are there, what was removed comes before what was added.
  let parts: [Part]
  /// Whether a text was longer than could be compared.
  let isCut: Bool

  /// Cost: time and memory of the product of both word counts, after what is equal at both ends is taken off.
  init(from old: String, to new: String, limit: Int = 400) {
    let old = old.split(maxSplits: limit, whereSeparator: \.isWhitespace).map(String.init)
    let new = new.split(maxSplits: limit, whereSeparator: \.isWhitespace).map(String.init)
    isCut = old.count > limit || new.count > limit
    parts = readable(steps(from: Array(old.prefix(limit)), to: Array(new.prefix(limit))))
  }

  var isChange: Bool { parts.contains { if case .same = $0 { false } else { true } } }

  /// Words that stayed, as a share of the longer text; 1 for two empty texts.
  var similarity: Double {
    var (same, removed, added) = (0, 0, 0)
    for part in parts {
      switch part {
      case .same(let words): same += words.count
      case .removed(let words): removed += words.count
      case .added(let words): added += words.count
      }
    }
    return parts.isEmpty ? 1 : Double(same) / Double(same + max(removed, added))
  }
}

private enum Step {
  case keep(String)
  case remove(String)
  case add(String)
}

/// A longest common subsequence, by the textbook table of the lengths of common subsequences of all ends.
private func steps(from old: [String], to new: [String]) -> [Step] {
  var start = 0
  while start < old.count, start < new.count, sameWord(old[start], new[start]) { start += 1 }
  var oldEnd = old.count
  var newEnd = new.count
  while oldEnd > start, newEnd > start, sameWord(old[oldEnd - 1], new[newEnd - 1]) {
    oldEnd -= 1
    newEnd -= 1
  }
  let rows = oldEnd - start
  let columns = newEnd - start
  var lengths = [Int32](repeating: 0, count: (rows + 1) * (columns + 1))
  for row in stride(from: rows - 1, through: 0, by: -1) {
    for column in stride(from: columns - 1, through: 0, by: -1) {
      let below = (row + 1) * (columns + 1) + column
      let here = row * (columns + 1) + column
      lengths[here] =
        sameWord(old[start + row], new[start + column]) ? lengths[below + 1] + 1 : max(lengths[below], lengths[here + 1])
    }
  }
  var out = old[..<start].map(Step.keep)
  var row = 0
  var column = 0
  while row < rows || column < columns {
    if row < rows, column < columns, sameWord(old[start + row], new[start + column]) {
      out.append(.keep(old[start + row]))
      row += 1
      column += 1
    } else if column == columns
      || row < rows && lengths[(row + 1) * (columns + 1) + column] >= lengths[row * (columns + 1) + column + 1]
    {
      out.append(.remove(old[start + row]))
      row += 1
    } else {
      out.append(.add(new[start + column]))
      column += 1
    }
  }
  return out + old[oldEnd...].map(Step.keep)
}

private func sameWord(_ left: String, _ right: String) -> Bool {
  left.utf8.count == right.utf8.count && left.utf8.elementsEqual(right.utf8)
}

/// Steps gathered into parts. A word or two that two different sentences happen to share ("the", "a") would only scatter the change, so
/// an equal run between two changes must be longer than two words, or longer than what changed around it.
private func readable(_ steps: [Step]) -> [WordDiff.Part] {
  var parts = [WordDiff.Part]()
  var removed = [String]()
  var added = [String]()
  var kept = [String]()
  func close() {
    if !removed.isEmpty { parts.append(.removed(removed)) }
    if !added.isEmpty { parts.append(.added(added)) }
    removed = []
    added = []
  }
  for step in steps {
    if case .keep(let word) = step {
      kept.append(word)
      continue
    }
    if !kept.isEmpty {
      if removed.isEmpty && added.isEmpty || kept.count > 2 || kept.count >= removed.count + added.count {
        close()
        parts.append(.same(kept))
      } else {
        removed += kept
        added += kept
      }
      kept = []
    }
    switch step {
    case .keep: break
    case .remove(let word): removed.append(word)
    case .add(let word): added.append(word)
    }
  }
  close()
  if !kept.isEmpty { parts.append(.same(kept)) }
  return parts
}
