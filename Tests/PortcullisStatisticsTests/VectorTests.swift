import Testing

/// The methods of reference/statistics.md §1 to §8 and §12 that this room holds now; §9 to §11 come later.
private let methodsOfThisRoom = [
  "norm_ppf", "norm_cdf", "norm_logcdf", "t_ppf", "t_cdf", "betainc", "betaincinv", "lgamma", "binom_cdf", "splitmix64",
  "splitmix64_below", "wilson", "clopper_pearson", "zero_failure_bound", "required_clean_trials", "tango", "tango_z",
  "ni_paired_binary", "mcnemar", "newcombe_paired", "missing_worst_case", "augmented_t", "ni_graded", "cluster_mean",
  "superiority_paired_binary", "superiority_graded", "slices", "holm", "must_pass_never", "must_pass_sprt", "fisher",
  "quantile_ranks", "quantile_ci", "slo_gate", "slo_gate_counts", "min_n_quantile", "quantile_ratio_gate",
  "cost_ratio_paired", "cost_ratio_unpaired", "cost_per_success_paired", "n_paired_binary", "mde_paired_binary",
  "n_augmented", "spending", "gs_boundaries",
]

@Suite(.enabled(if: VectorFile.isPresent, "../shared/vectors/stats.json is absent"))
struct VectorTests {
  @Test(arguments: methodsOfThisRoom)
  func everyVectorOfTheMethodHolds(method: String) throws {
    let vectors = try VectorFile.read().filter { $0.method == method }
    #expect(!vectors.isEmpty, "the file has no vector of '\(method)'")
    let call = try #require(vectorMethods[method], "'\(method)' is not dispatched")
    for vector in vectors {
      let problem = vector.mismatch(try call(vector.inputs))
      #expect(problem == nil, "\(vector.id): \(problem ?? "")")
    }
  }

  @Test func aWrongNumberAMissingKeyAndAWrongWordAreSeen() throws {
    let vector = try #require(try VectorFile.read().first { $0.id == "quantile-ci-08" })
    let method = try #require(vectorMethods["quantile_ci"])
    let right = try method(vector.inputs)
    #expect(vector.mismatch(right) == nil)
    #expect(vector.mismatch(right.merging(["estimate": .number(9.00001)]) { $1 }) != nil)
    #expect(vector.mismatch(right.filter { $0.key != "lower" }) != nil)
    #expect(vector.mismatch(right.merging(["upper": .text("-inf")]) { $1 }) != nil)
  }
}
