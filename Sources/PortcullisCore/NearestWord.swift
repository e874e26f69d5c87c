/// The help line for a word nobody knows: the nearest valid one, else the choices if they are few.
package func suggestion(for word: String, among choices: [String]) -> String? {
  if let nearest = nearestWord(to: word, among: choices) { return "did you mean '\(nearest)'?" }
  guard !choices.isEmpty, choices.count <= 24 else { return nil }
  return "known here: " + choices.joined(separator: ", ")
}

/// The choice that is fewest edits away, if it is near enough to be meant; the first of equals.
package func nearestWord(to word: String, among choices: [String]) -> String? {
  let lowered = word.lowercased()
  let ranked = choices.map { (choice: $0, distance: editDistance(lowered, $0.lowercased())) }
  guard let best = ranked.min(by: { $0.distance < $1.distance }) else { return nil }
  return best.distance <= max(1, min(word.count, best.choice.count) / 3) ? best.choice : nil
}

/// Levenshtein's distance with transpositions of neighbours (optimal string alignment), in characters.
package func editDistance(_ left: String, _ right: String) -> Int {
  let a = Array(left), b = Array(right)
  var before = [Int](), last = Array(0...b.count)
  for i in a.indices {
    var row = [i + 1]
    for j in b.indices {
      var best = min(last[j] + (a[i] == b[j] ? 0 : 1), last[j + 1] + 1, row[j] + 1)
      if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { best = min(best, before[j - 1] + 1) }
      row.append(best)
    }
    (before, last) = (last, row)
  }
  return last[b.count]
}
