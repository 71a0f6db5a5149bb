// SkinConductor: what an electrode on the skin sees of a current in the muscle below.
//
// Planar layers after Farina and Rainoldi 1999 (10.1016/S1350-4533(99)00075-2): deep
// anisotropic muscle, fat, skin, air. For the spatial frequencies kx across and kz along
// the fibres (per mm), ky² = kx² + kz² and ka² = kx² + (along / across) kz², a unit current
// at depth d makes the border of the muscle
//     exp(-ka d) / (across ka + Y0)
// where Y0 is the admittance of what lies above: Y1 = skin ky tanh(ky hs) for the skin,
// Y0 = fat ky (Y1 + fat ky tanh(ky hf)) / (fat ky + Y1 tanh(ky hf)) with the fat. On the way
// up, the fat divides by cosh(ky hf) + Y1 / (fat ky) sinh(ky hf), the skin by cosh(ky hs); a
// round electrode takes the mean over its disc, 2 J1(kr) / (kr). Back in space by a
// Fourier transform. What is kept is the slope along the fibres, ∂g/∂z, in 1/(S/m · mm²):
// a fibre is a line of currents that sum to zero, so the constant of g drops out.
//
// Axes: z along the fibres, x across, on the skin; depth downwards from the border of the
// muscle, mm. Grid 1 mm, 512 along and 256 across, tables every 0.5 mm of depth made when
// first needed (about 3 ms and 265 kB each; building takes 17 ms), cubic in between. Against the closed form in a
// half space the slope is within 0.5 % of its largest from 6 mm between source and electrode
// on (tests/conductor_test.cpp); nearer than 4 mm the grid is too coarse. The
// transform repeats every 512 × 256 mm; beyond half of that the slope is 0.
// Not for several threads at once (the tables grow). Throws std::invalid_argument when built.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <string>
#include <vector>

#include "fascikit/core/error.hpp"
#include "fascikit/simulate/fourier.hpp"
#include "fascikit/simulate/math.hpp"

namespace fascikit::simulate {

namespace detail {

inline void require(const char* name, double value, double low, double high, const char* unit) {
    if (!(value >= low && value <= high))
        core::fail_option(std::string(name) + " is " + core::number(value) + "; allowed is " + core::number(low) + " to " +
                          core::number(high) + " " + unit);
}

/// Weights of the cubic through -1, 0, 1 and 2 at u, best within 0 to 1.
[[nodiscard]] inline std::array<double, 4> cubic(double u) noexcept {
    const double before = u + 1.0;
    const double next = u - 1.0;
    const double after = u - 2.0;
    return {-u * next * after / 6.0, before * next * after / 2.0, -before * u * after / 2.0, before * u * next / 6.0};
}

}  // namespace detail

/// Conductivities of the planar model (Farina and Rainoldi 1999: the same ratios). For dry,
/// highly resistive skin: muscle 0.40 and 0.09, fat 0.047, skin 4.88e-4 S/m (Botelho et al.
/// 2019, table 1, 10.1371/journal.pcbi.1007267).
struct Tissue {
    double fat_mm = 3;    ///< 0 to 100; 3: the thinnest layer of Kuiken et al. 2003 (Prosthet Orthot Int 27:48-54)
    double skin_mm = 1;   ///< 0 to 10
    double muscle_along_s_per_m = 0.5;
    double muscle_across_s_per_m = 0.1;
    double fat_s_per_m = 0.05;
    double skin_s_per_m = 1.0;
};

/// Of the transform; the default is measured (see above), others serve its test.
struct ConductorGrid {
    double step_mm = 1;
    std::size_t along = 512;
    std::size_t across = 256;
};

/// ∂g/∂z along z at one offset across and one depth; odd in z.
class SlopeLine {
public:
    [[nodiscard]] double at(double z_mm) const noexcept {
        const double along = (z_mm < 0 ? -z_mm : z_mm) * per_mm_;
        const double whole = std::floor(along);
        if (!(whole < static_cast<double>(values_.size()) - 3.0)) return 0.0;
        const double* v = values_.data() + static_cast<std::size_t>(whole);
        const auto w = detail::cubic(along - whole);
        const double slope = w[0] * v[0] + w[1] * v[1] + w[2] * v[2] + w[3] * v[3];
        return z_mm < 0 ? -slope : slope;
    }

private:
    friend class SkinConductor;
    std::vector<double> values_;   // from one step before z = 0
    double per_mm_ = 1;
};

class SkinConductor {
public:
    /// 10 mm: the largest size along the fibres that SENIAM recommends (Hermens et al. 2000,
    /// J Electromyogr Kinesiol 10:361-374). 0 is a point; up to 20.
    explicit SkinConductor(const Tissue& tissue = {}, double electrode_diameter_mm = 10, const ConductorGrid& grid = {})
        : tissue_(tissue), grid_(grid), along_(checked(tissue, electrode_diameter_mm, grid).along), across_(grid.across),
          radius_mm_(0.5 * electrode_diameter_mm) {
        for (std::size_t j = 0; j < ring_.size(); ++j) {
            const double turns = static_cast<double>(j + 1) / 64.0;
            ring_[j] = {cos_turns(turns), sin_turns(turns) * sin_turns(turns)};
        }
        const std::size_t columns = grid_.across / 2 + 1;
        const std::size_t rows = grid_.along / 2;
        decay_.resize(columns * rows);
        gain_.resize(columns * rows);
        for (std::size_t x = 0; x < columns; ++x) {
            for (std::size_t z = 1; z < rows; ++z) {
                const double kx = frequency(x, grid_.across);
                const double kz = frequency(z, grid_.along);
                decay_[x * rows + z] = decay_per_mm(kx, kz);
                gain_[x * rows + z] = kz * transfer(kx, kz, 0.0) * disc(radius_mm_ * std::sqrt(kx * kx + kz * kz));
            }
        }
    }

    [[nodiscard]] const Tissue& tissue() const noexcept { return tissue_; }
    [[nodiscard]] double half_length_mm() const noexcept { return 0.5 * grid_.step_mm * static_cast<double>(grid_.along); }

    /// Skin over unit current at spatial frequencies kx, kz (1/mm, not both 0), point electrode.
    [[nodiscard]] double transfer(double kx, double kz, double depth_mm) const noexcept {
        const double k = std::sqrt(kx * kx + kz * kz);
        const double fat = tissue_.fat_s_per_m * k;
        const double in_fat = tanh_of_positive(k * tissue_.fat_mm);
        const double skin = tissue_.skin_s_per_m * k * tanh_of_positive(k * tissue_.skin_mm);
        const double above = fat * (skin + fat * in_fat) / (fat + skin * in_fat);
        // 1 / cosh and 1 / (cosh + a sinh), written with the falling exponential so that thick fat does not overflow.
        const double through_fat = simulate::exp(-k * tissue_.fat_mm);
        const double through_skin = simulate::exp(-k * tissue_.skin_mm);
        const double squared = through_fat * through_fat;
        const double up = 2.0 * through_fat / ((1.0 + squared) + skin / fat * (1.0 - squared)) * 2.0 * through_skin /
                          (1.0 + through_skin * through_skin);
        const double decay = decay_per_mm(kx, kz);
        return up * simulate::exp(-decay * depth_mm) / (tissue_.muscle_across_s_per_m * decay + above);
    }

    /// The slope along z at an electrode `x_mm` across from a source `depth_mm` deep.
    [[nodiscard]] SlopeLine line(double x_mm, double depth_mm) {
        SlopeLine line;
        const std::size_t length = grid_.along / 2 + 1;
        line.per_mm_ = 1.0 / grid_.step_mm;
        line.values_.assign(length + 1, 0.0);
        const double across = (x_mm < 0 ? -x_mm : x_mm) / grid_.step_mm;
        const double whole = std::floor(across);
        if (!(whole < static_cast<double>(grid_.across / 2) - 2.0)) return line;
        const double level = depth_mm / depth_step_mm;
        const double lowest = std::floor(level) < 1.0 ? 1.0 : std::floor(level);
        const auto wx = detail::cubic(across - whole);
        const auto wd = detail::cubic(level - lowest);
        const auto column = static_cast<std::ptrdiff_t>(whole);
        double* out = line.values_.data() + 1;
        for (std::size_t d = 0; d < 4; ++d) {
            const std::vector<double>& table = table_at(static_cast<std::size_t>(lowest) + d - 1);
            for (std::ptrdiff_t i = 0; i < 4; ++i) {
                const std::ptrdiff_t x = column + i - 1;
                const double* row = table.data() + static_cast<std::size_t>(x < 0 ? -x : x) * length;
                const double weight = wd[d] * wx[static_cast<std::size_t>(i)];
                for (std::size_t z = 0; z < length; ++z) out[z] += weight * row[z];
            }
        }
        line.values_[0] = -line.values_[2];
        return line;
    }

    /// ∂g/∂z, 1/(S/m · mm²), at an electrode `x_mm` across and `z_mm` along from the source.
    [[nodiscard]] double slope(double x_mm, double z_mm, double depth_mm) { return line(x_mm, depth_mm).at(z_mm); }

private:
    static constexpr double depth_step_mm = 0.5;

    static const ConductorGrid& checked(const Tissue& t, double diameter_mm, const ConductorGrid& grid) {
        detail::require("fat_mm", t.fat_mm, 0, 100, "mm");
        detail::require("skin_mm", t.skin_mm, 0, 10, "mm");
        detail::require("muscle_along_s_per_m", t.muscle_along_s_per_m, 1e-6, 100, "S/m");
        detail::require("muscle_across_s_per_m", t.muscle_across_s_per_m, 1e-6, 100, "S/m");
        detail::require("fat_s_per_m", t.fat_s_per_m, 1e-6, 100, "S/m");
        detail::require("skin_s_per_m", t.skin_s_per_m, 1e-6, 100, "S/m");
        detail::require("electrode_diameter_mm", diameter_mm, 0, 20, "mm");
        detail::require("step_mm", grid.step_mm, 0.1, 4, "mm");
        detail::require("along", static_cast<double>(grid.along), 32, 8192, "points");
        detail::require("across", static_cast<double>(grid.across), 32, 8192, "points");
        return grid;
    }
    [[nodiscard]] double frequency(std::size_t m, std::size_t points) const noexcept {
        return 2.0 * pi * static_cast<double>(m) / (static_cast<double>(points) * grid_.step_mm);
    }
    [[nodiscard]] double decay_per_mm(double kx, double kz) const noexcept {
        return std::sqrt(kx * kx + tissue_.muscle_along_s_per_m / tissue_.muscle_across_s_per_m * kz * kz);
    }
    /// 2 J1(x) / x by Gauss-Chebyshev quadrature of 31 points: exact to 1e-12 for x < 45.
    [[nodiscard]] double disc(double x) const noexcept {
        double sum = 0.5;
        for (const auto& [height, weight] : ring_) sum += weight * cos_turns(x * height / (2.0 * pi));
        return sum / 8.0;
    }

    [[nodiscard]] const std::vector<double>& table_at(std::size_t level) {
        if (level >= tables_.size()) tables_.resize(level + 1);
        if (tables_[level].empty()) tables_[level] = table(static_cast<double>(level) * depth_step_mm);
        return tables_[level];
    }
    /// Rows x = 0 … across / 2, each z = 0 … along / 2. Two real rows go through one complex transform.
    [[nodiscard]] std::vector<double> table(double depth_mm) const {
        const std::size_t columns = grid_.across / 2 + 1;
        const std::size_t length = grid_.along / 2 + 1;
        const std::size_t rows = grid_.along / 2;
        const double scale = 1.0 / (static_cast<double>(grid_.along * grid_.across) * grid_.step_mm * grid_.step_mm);
        std::vector<double> values(columns * length);
        std::vector<double> re(grid_.along), im(grid_.along);
        for (std::size_t x = 0; x < columns; x += 2) {
            const std::size_t other = x + 1 < columns ? x + 1 : x;
            std::fill(re.begin(), re.end(), 0.0);
            std::fill(im.begin(), im.end(), 0.0);
            for (std::size_t z = 1; z < rows; ++z) {
                const double a = scale * gain_[x * rows + z] * simulate::exp(-decay_[x * rows + z] * depth_mm);
                const double b = scale * gain_[other * rows + z] * simulate::exp(-decay_[other * rows + z] * depth_mm);
                re[z] = -b;   // i a + i (i b): both odd, so both transforms are real
                im[z] = a;
                re[grid_.along - z] = b;
                im[grid_.along - z] = -a;
            }
            along_.transform(re, im);
            for (std::size_t z = 0; z < length; ++z) {
                values[other * length + z] = im[z];
                values[x * length + z] = re[z];
            }
        }
        re.resize(grid_.across);
        im.resize(grid_.across);
        for (std::size_t z = 0; z < length; z += 2) {
            const std::size_t other = z + 1 < length ? z + 1 : z;
            for (std::size_t x = 0; x < grid_.across; ++x) {
                const std::size_t column = x < columns ? x : grid_.across - x;
                re[x] = values[column * length + z];
                im[x] = values[column * length + other];
            }
            across_.transform(re, im);
            for (std::size_t x = 0; x < columns; ++x) {
                values[x * length + other] = im[x];
                values[x * length + z] = re[x];
            }
        }
        return values;
    }

    Tissue tissue_;
    ConductorGrid grid_;
    Fourier along_, across_;
    double radius_mm_;
    std::array<std::array<double, 2>, 15> ring_{};
    std::vector<double> decay_, gain_;          // columns of rows, kz = 0 unused
    std::vector<std::vector<double>> tables_;   // by depth level, empty until needed
};

}  // namespace fascikit::simulate
