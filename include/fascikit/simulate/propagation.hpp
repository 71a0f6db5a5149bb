// Propagation: the potential of one arm of a fibre at one channel, over time.
//
// The arm carries the axial current σA V'(vt - s) from its end-plate (s = 0) to its tendon
// (s = L); the membrane gives off its divergence. Integrated by parts, the channel sees
//     φ(t) = -σA ∫ from 0 to L of V'(vt - s) h(s) ds
// where h is the slope of the channel's g along the arm. The end-plate and the end at the
// tendon follow by themselves, and the total current is zero whatever the shape of V. With
// p = vt it is one convolution an arm and channel, on steps of the arm (Travel), then read
// at the times of the fine grid by a cubic (Reading).
//
// Two ways to the weights of h: `smooth_weights` samples it (Gregory's rule, fourth order;
// for the skin), `line_weights` integrates the 1/r of an infinite anisotropic muscle
// exactly against a piecewise linear V' (for needles, where a fibre may be 0.1 mm away).
// Cost: 14 operations a step of arm and potential, 9 a fine point; with a slow tail arm
// steps × tail steps. Allocates. No errors.
#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

#include "fascikit/simulate/conductor.hpp"
#include "fascikit/simulate/electrodes.hpp"
#include "fascikit/simulate/fibre.hpp"
#include "fascikit/simulate/math.hpp"

namespace fascikit::simulate {

/// Of the muscle around a needle. Andreassen and Rosenfalck 1980, as used by Nandedkar and Stålberg 1983.
struct Muscle {
    double along_s_per_m = 0.33;
    double across_s_per_m = 0.063;
};

namespace detail {

/// Shorter arms give nothing to see, and steps too small for the recursion.
inline constexpr double shortest_arm_mm = 0.05;

/// An arm cut into equal steps, ends included.
struct Arm {
    double length_mm = 0;
    double direction = 1;      // +1 towards larger z
    std::size_t intervals = 0;
    double step_mm = 0;
};

[[nodiscard]] inline Arm arm_of(const Fibre& f, bool other, double step_mm) noexcept {
    Arm arm;
    arm.length_mm = other ? f.to_other_tendon_mm : f.to_tendon_mm;
    arm.direction = other ? -1.0 : 1.0;
    const double wanted = std::ceil(arm.length_mm / step_mm);
    arm.intervals = wanted < 8.0 ? 8 : static_cast<std::size_t>(wanted);
    arm.step_mm = arm.length_mm / static_cast<double>(arm.intervals);
    return arm;
}

/// Weights of h along an arm -> what the channel sees when the front is i steps from the end-plate.
///
/// V' is a polynomial times a falling exponential, so the convolution is a recursion with
/// one fourfold pole: with a = per_mm × step, R = exp(-a) / z, its transform is
///     96 per_mm R ((3a² - a³) - 4a³ R - (3a² + a³) R²) / (1 - R)^4.
/// A slow tail is not of that form and is summed as it stands.
class Travel {
public:
    Travel(const IntracellularPotential& v, double step_mm)
        : steps_(static_cast<std::size_t>(v.extent_mm() / step_mm) + 1) {
        if (v.tail_share > 0) {
            profile_.resize(steps_);
            for (std::size_t j = 0; j < steps_; ++j) profile_[j] = v.slope(static_cast<double>(j) * step_mm);
            return;
        }
        const double a = v.per_mm * step_mm;
        pole_ = simulate::exp(-a);
        const double height = 96.0 * v.per_mm * a * a;
        one_back_ = height * (3.0 - a) * pole_;
        two_back_ = -height * 4.0 * a * pole_ * pole_;
        three_back_ = -height * (3.0 + a) * pole_ * pole_ * pole_;
    }

    /// `seen` gets one zero before and two after, for the cubic that reads it.
    void run(std::span<const double> weights, std::vector<double>& seen) const {
        seen.assign(weights.size() + steps_ + 2, 0.0);
        if (!profile_.empty()) {
            for (std::size_t i = 0; i < weights.size(); ++i)
                for (std::size_t j = 0; j < steps_; ++j) seen[i + j + 1] += weights[i] * profile_[j];
            return;
        }
        double w1 = 0, w2 = 0, w3 = 0, y1 = 0, y2 = 0, y3 = 0, y4 = 0;
        for (std::size_t i = 0; i + 3 < seen.size(); ++i) {
            y1 = (one_back_ * w1 + two_back_ * w2 + three_back_ * w3) + pole_ * y1;
            y2 = y1 + pole_ * y2;
            y3 = y2 + pole_ * y3;
            y4 = y3 + pole_ * y4;
            seen[i + 1] = y4;
            w3 = w2;
            w2 = w1;
            w1 = i < weights.size() ? weights[i] : 0.0;
        }
    }

private:
    std::size_t steps_;
    std::vector<double> profile_;   // only of a slow tail
    double pole_ = 0, one_back_ = 0, two_back_ = 0, three_back_ = 0;
};

/// Where the points of the fine grid lie between the steps of an arm; the same for all channels.
class Reading {
public:
    Reading(const Fibre& f, const Arm& arm, double extent_mm, double fine_per_ms)
        : first_(static_cast<std::size_t>(f.delay_ms * fine_per_ms) + 1) {
        const double last = static_cast<double>(arm.intervals + static_cast<std::size_t>(extent_mm / arm.step_mm) + 1);
        const double per_point = f.velocity_m_s / (fine_per_ms * arm.step_mm);
        for (std::size_t i = first_;; ++i) {
            const double place = (static_cast<double>(i) - f.delay_ms * fine_per_ms) * per_point;
            if (!(place < last)) break;
            const double whole = std::floor(place);
            places_.push_back({static_cast<std::size_t>(whole), cubic(place - whole)});
        }
    }
    void add(std::span<const double> seen, double scale, std::span<double> fine) const noexcept {
        for (std::size_t k = 0; k < places_.size() && first_ + k < fine.size(); ++k) {
            const double* v = seen.data() + places_[k].step;
            const auto& w = places_[k].weights;
            fine[first_ + k] += scale * (w[0] * v[0] + w[1] * v[1] + w[2] * v[2] + w[3] * v[3]);
        }
    }

private:
    struct Place {
        std::size_t step;
        std::array<double, 4> weights;
    };
    std::size_t first_;
    std::vector<Place> places_;
};

/// Gregory's end corrections times the step, over samples of h.
inline void smooth_weights(std::span<double> h, double step_mm) noexcept {
    constexpr double ends[3] = {3.0 / 8.0, 7.0 / 6.0, 23.0 / 24.0};
    for (std::size_t i = 0; i < 3; ++i) {
        h[i] *= ends[i];
        h[h.size() - 1 - i] *= ends[i];
    }
    for (double& weight : h) weight *= step_mm;
}

/// Distance of a needle's point from a fibre, not below its membrane, stretched by the muscle's anisotropy.
[[nodiscard]] inline double stretched_distance(const NeedlePoint& p, const Fibre& f, const Muscle& muscle) noexcept {
    const double x = p.x_mm - f.x_mm;
    const double depth = p.depth_mm - f.depth_mm;
    double distance = std::sqrt(x * x + depth * depth);
    const double membrane = 0.0005 * f.diameter_um;
    if (distance < membrane) distance = membrane;
    if (distance < p.least_mm) distance = p.least_mm;
    return distance * std::sqrt(muscle.along_s_per_m / muscle.across_s_per_m);
}

/// ∫ h(s) hat_i(s) ds over the arm for a needle's points. h is the second derivative of
/// b(s) = asinh((z - s) / rho) / (4 pi across), so the integral of a hat is a second difference.
[[nodiscard]] inline std::vector<double> line_weights(const Arm& arm, const Fibre& f, std::span<const NeedlePoint> points,
                                                      const Muscle& muscle) {
    std::vector<double> b(arm.intervals + 1, 0.0);
    double first_slope = 0, last_slope = 0;
    for (const NeedlePoint& p : points) {
        const double rho = stretched_distance(p, f, muscle);
        const double weight = p.weight / (4.0 * pi * muscle.across_s_per_m);
        const double z = arm.direction * (p.z_mm - f.endplate_mm);
        for (std::size_t i = 0; i < b.size(); ++i)
            b[i] += weight * simulate::asinh((z - static_cast<double>(i) * arm.step_mm) / rho);
        first_slope -= weight / std::sqrt(rho * rho + z * z);
        last_slope -= weight / std::sqrt(rho * rho + (z - arm.length_mm) * (z - arm.length_mm));
    }
    std::vector<double> weights(b.size());
    const std::size_t n = arm.intervals;
    weights[0] = (b[1] - b[0]) / arm.step_mm - first_slope;
    for (std::size_t i = 1; i < n; ++i) weights[i] = ((b[i + 1] - b[i]) - (b[i] - b[i - 1])) / arm.step_mm;
    weights[n] = last_slope - (b[n] - b[n - 1]) / arm.step_mm;
    return weights;
}

}  // namespace detail

}  // namespace fascikit::simulate
