/// Agreement of any number of raters beyond chance, robust where nearly all answers pass; 1 is perfect, 0 is chance.
///
/// Reported, never gating.
///
/// - Parameters:
///   - units: For each thing rated the words it was given, in any order; missing ratings are left out.
/// - Returns: nil where no unit has two ratings, or only one word occurs.
///
/// Source: K. L. Gwet, Computing inter-rater reliability and its variance in the presence of high agreement, 2008,
/// doi:10.1348/000711006X126600; shares over units with any rating, agreement over those with two.
package func gwetAC1<Category: Hashable>(_ units: [[Category]]) -> Double? {
  // Numbered by first appearance: a dictionary's own order would change the last digits from run to run.
  var numbers: [Category: Int] = [:]
  var shares: [Double] = []
  var (rated, agreement, shared) = (0.0, 0.0, 0.0)
  for unit in units where !unit.isEmpty {
    let ratings = Double(unit.count)
    var counts: [Int: Int] = [:]
    for word in unit {
      let number = numbers[word] ?? shares.count
      if number == shares.count {
        numbers[word] = number
        shares.append(0)
      }
      shares[number] += 1 / ratings
      counts[number, default: 0] += 1
    }
    rated += 1
    guard unit.count > 1 else { continue }
    shared += 1
    agreement += Double(counts.values.reduce(0) { $0 + $1 * ($1 - 1) }) / (ratings * (ratings - 1))
  }
  guard shared > 0, shares.count > 1 else { return nil }
  let byChance = shares.reduce(0) { $0 + $1 / rated * (1 - $1 / rated) } / Double(shares.count - 1)
  return (agreement / shared - byChance) / (1 - byChance)
}
