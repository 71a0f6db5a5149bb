// assign: pairs rows with columns so that the sum of their scores is largest.
//
// The Hungarian method with potentials and shortest augmenting paths (Kuhn 1955; Jonker
// and Volgenant 1987, 10.1007/BF02278710). Scores row-major, rows × columns; every row of
// the shorter side gets a partner, whatever the score. O(short² · long) time, O(rows +
// columns) memory besides the answer. Throws std::invalid_argument for a score that is not
// finite and for a length that is not rows × columns.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include "fascikit/core/error.hpp"
#include "fascikit/core/finite.hpp"

namespace fascikit::evaluate {

/// For each row the index of its column, or −1.
[[nodiscard]] inline std::vector<std::int64_t> assign(std::span<const double> scores, std::size_t rows,
                                                      std::size_t columns) {
    if (scores.size() != rows * columns)
        core::fail_option("assign: " + std::to_string(scores.size()) + " scores for " + std::to_string(rows) + " × " +
                          std::to_string(columns));
    for (std::size_t i = 0; i < scores.size(); ++i)
        if (!core::is_finite(scores[i])) core::fail_option("assign: score " + std::to_string(i) + " is not finite");
    std::vector<std::int64_t> partner(rows, -1);
    if (rows == 0 || columns == 0) return partner;

    const bool turned = rows > columns;
    const std::size_t n = std::min(rows, columns), m = std::max(rows, columns);
    const auto cost = [&](std::size_t i, std::size_t j) {
        return turned ? -scores[j * columns + i] : -scores[i * columns + j];
    };
    // Column m is where each search starts: it stands for the row that has no partner yet.
    constexpr std::size_t none = std::numeric_limits<std::size_t>::max();
    std::vector<double> of_row(n, 0.0), of_column(m + 1, 0.0), shortest(m);
    std::vector<std::size_t> taken_by(m + 1, none), before(m);
    std::vector<char> reached(m + 1);
    for (std::size_t start = 0; start < n; ++start) {
        std::fill(shortest.begin(), shortest.end(), std::numeric_limits<double>::infinity());
        std::fill(reached.begin(), reached.end(), char{0});
        taken_by[m] = start;
        std::size_t at = m;
        while (taken_by[at] != none) {
            reached[at] = 1;
            const std::size_t row = taken_by[at];
            double step = std::numeric_limits<double>::infinity();
            std::size_t next = none;
            for (std::size_t j = 0; j < m; ++j) {
                if (reached[j]) continue;
                const double reduced = cost(row, j) - of_row[row] - of_column[j];
                if (reduced < shortest[j]) {
                    shortest[j] = reduced;
                    before[j] = at;
                }
                if (shortest[j] < step) {
                    step = shortest[j];
                    next = j;
                }
            }
            for (std::size_t j = 0; j <= m; ++j) {
                if (reached[j]) {
                    of_row[taken_by[j]] += step;
                    of_column[j] -= step;
                } else {
                    shortest[j] -= step;
                }
            }
            at = next;
        }
        for (; at != m; at = before[at]) taken_by[at] = taken_by[before[at]];
    }
    for (std::size_t j = 0; j < m; ++j) {
        if (taken_by[j] == none) continue;
        if (turned)
            partner[j] = static_cast<std::int64_t>(taken_by[j]);
        else
            partner[taken_by[j]] = static_cast<std::int64_t>(j);
    }
    return partner;
}

}  // namespace fascikit::evaluate
