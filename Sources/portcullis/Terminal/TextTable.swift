/// Rows of words under a head: the first column to the left, numbers to the right.
struct TextTable {
  let head: [String]
  let rows: [[String]]
  /// Rows with a mark in front: the one that was asked for.
  var marked: [Bool] = []

  /// Without trailing blanks.
  var lines: [String] {
    let all = [head] + rows
    let widths = head.indices.map { column in all.map { $0[column].count }.max() ?? 0 }
    return all.enumerated().map { place, row in
      let isMarked = place > 0 && place - 1 < marked.count && marked[place - 1]
      let cells = row.enumerated().map { column, cell in
        let gap = String(repeating: " ", count: widths[column] - cell.count)
        return column == 0 ? cell + gap : gap + cell
      }
      var line = (isMarked ? "> " : "  ") + cells.joined(separator: "  ")
      while line.hasSuffix(" ") { line.removeLast() }
      return line
    }
  }
}
