/// The mean of clustered values with its plain standard errors; reported, never gating.
package struct ClusterMean: Sendable, Hashable {
  package let mean: Double
  /// Sandwich standard error, equal to Inspect's clustered one; nil with one cluster.
  package let standardError: Double?
  /// Delete-one-cluster jackknife standard error; nil with one cluster.
  package let jackknifeError: Double?
  package let clusters: Int
  package let effectiveClusters: Double
}

/// Summarises values (rounded to 1e-9) by the cluster each belongs to; nil without values.
///
/// Source: reference/statistics.md §5.
package func clusterMean(_ values: [Double], clusters labels: [some Hashable]) -> ClusterMean? {
  precondition(values.count == labels.count, "each value has a cluster")
  let sums = ClusterSums(differences: values, clusters: labels)
  guard let mean = sums.mean, let effective = sums.effectiveClusters else { return nil }
  return ClusterMean(
    mean: mean, standardError: sums.standardError, jackknifeError: jackknifeError(values, labels, mean: mean),
    clusters: sums.clusters, effectiveClusters: effective)
}

private func jackknifeError<Label: Hashable>(_ values: [Double], _ labels: [Label], mean: Double) -> Double? {
  // Numbered by first appearance: a dictionary's own order would change the last digits from run to run.
  var numbers: [Label: Int] = [:]
  var clusters: [(total: Double, size: Double)] = []
  for (value, label) in zip(values, labels) {
    if let number = numbers[label] {
      clusters[number].total += value
      clusters[number].size += 1
    } else {
      numbers[label] = clusters.count
      clusters.append((value, 1))
    }
  }
  guard clusters.count > 1 else { return nil }
  let (count, total) = (Double(values.count), mean * Double(values.count))
  let left = clusters.map { (total - $0.total) / (count - $0.size) }
  let g = Double(clusters.count)
  let centre = left.reduce(0, +) / g
  return ((g - 1) / g * left.reduce(0) { $0 + ($1 - centre) * ($1 - centre) }).squareRoot()
}
