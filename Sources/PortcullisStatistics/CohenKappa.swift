/// What a near miss counts when two raters use an ordered scale.
package enum KappaWeights: Sendable, Hashable, CaseIterable {
  /// Only equal words agree.
  case unweighted
  /// 1 − |i − j|/(k − 1).
  case linear
  /// 1 − ((i − j)/(k − 1))².
  case quadratic

  fileprivate func agreement(_ row: Int, _ column: Int, of categories: Int) -> Double {
    guard row != column else { return 1 }
    let distance = Double(row - column) / Double(categories - 1)
    switch self {
    case .unweighted: return 0
    case .linear: return 1 - abs(distance)
    case .quadratic: return 1 - distance * distance
    }
  }
}

/// Agreement of two raters beyond what their own frequencies of words would give; 1 is perfect, 0 is chance.
///
/// Reported, never gating: with 95 % passes it collapses at good agreement, where `gwetAC1` does not.
package struct CohenKappa: Sendable, Hashable {
  package let kappa: Double
  /// Large-sample standard error, for intervals and not for a test of κ = 0.
  package let standardError: Double
}

/// Cohen's κ of a table of counts, rows by the first rater and columns by the second, in the order of the scale.
///
/// - Parameters:
///   - table: Square; counts not negative.
/// - Returns: nil where nothing was rated, or both raters used one and the same word only.
///
/// Source: J. L. Fleiss, J. Cohen, B. S. Everitt, Large sample standard errors of kappa and weighted kappa, 1969,
/// doi:10.1037/h0028106.
package func cohenKappa(_ table: [[Int]], weights: KappaWeights = .unweighted) -> CohenKappa? {
  let categories = table.count
  precondition(table.allSatisfy { $0.count == categories }, "a table of agreement is square")
  precondition(table.allSatisfy { $0.allSatisfy { $0 >= 0 } }, "a count of ratings is not negative")
  let n = Double(table.reduce(0) { $0 + $1.reduce(0, +) })
  guard n > 0 else { return nil }
  let rows = table.map { Double($0.reduce(0, +)) / n }
  let columns = table.indices.map { column in Double(table.reduce(0) { $0 + $1[column] }) / n }
  func weight(_ row: Int, _ column: Int) -> Double { weights.agreement(row, column, of: categories) }
  // The agreement each word of one rater would find with the other by chance.
  let rowMeans = table.indices.map { row in table.indices.reduce(0) { $0 + weight(row, $1) * columns[$1] } }
  let columnMeans = table.indices.map { column in table.indices.reduce(0) { $0 + weight($1, column) * rows[$1] } }
  let byChance = zip(rows, rowMeans).reduce(0) { $0 + $1.0 * $1.1 }
  guard byChance < 1 else { return nil }
  var seen = 0.0
  for row in table.indices { for column in table.indices { seen += weight(row, column) * Double(table[row][column]) } }
  let kappa = (seen / n - byChance) / (1 - byChance)
  // The published variance is a mean square less a squared mean; taken about that mean, nothing cancels.
  let mean = kappa - byChance * (1 - kappa)
  var squares = 0.0
  for row in table.indices {
    for column in table.indices {
      let share = weight(row, column) - (rowMeans[row] + columnMeans[column]) * (1 - kappa)
      squares += Double(table[row][column]) * (share - mean) * (share - mean)
    }
  }
  return CohenKappa(kappa: kappa, standardError: squares.squareRoot() / (n * (1 - byChance)))
}
