// The electrocardiogram as an EMG electrode sees it, and its R peaks.
//
// Each beat is a sum of five Gaussians P, Q, R, S, T with the places, widths and heights of
// McSharry et al. 2003 (10.1109/TBME.2003.808805; ECGSYN: angles -70, -15, 0, 15, 100°, widths b = 0.25, 0.1, 0.1,
// 0.1, 0.4 rad, heights a b² with a = 1.2, -5, 30, -7.5, 0.75). Q, R and S keep their time, since conduction in the
// ventricles does not depend on the rate; P and T move and widen with the square root of the interval
// (Bazett). The intervals are modulated by respiration around 0.25 Hz and by blood pressure around
// 0.1 Hz, half as strong in power, as there, and by slower parts.
//
// Peak to peak by site, for `amplitude_uv`: chest and back near the heart 200 to 2000 µV (diagnostic chest leads
// reach 1 to 2 mV); abdomen, low back, shoulder 30 to 300; thigh and upper arm 2 to 10; calf, forearm and foot below
// 2, since all points of a limb have nearly the same potential (tibialis: "not typically seen", Biofeedback 2020,
// 48(4):80). No published table by site was found: these ranges are plausible, not measured.
//
// µV; confounder "ecg". Cost: five Gaussians a beat, 100 ns a sample. Errors: see extent.hpp.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "fascikit/simulate/extent.hpp"
#include "fascikit/simulate/math.hpp"
#include "fascikit/simulate/random.hpp"

namespace fascikit::simulate {

struct EcgOptions {
    /// Mean rate. 65: engineering choice, a resting adult.
    double rate_bpm = 65;
    /// Coefficient of variation of the intervals. 0.05: a standard deviation of 50 ms, the mean of short recordings
    /// of healthy adults (Nunan et al. 2010, 10.1111/j.1540-8159.2010.02841.x), of about 0.92 s.
    double hrv = 0.05;
    /// Peak to peak; at the site, see above.
    double amplitude_uv = 100;
    /// From where Q starts to where S ends, both at two widths from their middles. 70 to 110 ms is normal.
    double qrs_ms = 90;
    /// Respiration. 15 breaths a minute: the 0.25 Hz of McSharry et al. 2003.
    double respiration_hz = 0.25;
};

struct Ecg {
    std::vector<double> waveform;
    std::vector<double> r_peak_s;
};

namespace detail {

/// Deviation of the intervals from their mean, variance 1 over a long time, within ±5.
class HeartModulation {
public:
    HeartModulation(Random& random, double respiration_hz) noexcept {
        // Share of the power, middle and half-width: respiration and pressure 2 : 1 (McSharry et al. 2003); the
        // rest slower than 0.04 Hz, a quarter by engineering choice. Lines are spread so that nothing repeats.
        const std::array<std::array<double, 3>, 3> bands{
            {{0.5, respiration_hz, 0.12 * respiration_hz}, {0.25, 0.1, 0.02}, {0.25, 0.022, 0.018}}};
        for (std::size_t b = 0; b < bands.size(); ++b)
            for (std::size_t k = 0; k < lines; ++k) {
                const std::size_t n = b * lines + k;
                const double place = (static_cast<double>(k) + random.uniform()) / static_cast<double>(lines);
                hz_[n] = bands[b][1] + bands[b][2] * (2.0 * place - 1.0);
                phase_[n] = random.uniform();
                amplitude_[n] = std::sqrt(2.0 * bands[b][0] / static_cast<double>(lines));
            }
    }
    [[nodiscard]] double at(double time_s) const noexcept {
        double sum = 0;
        for (std::size_t n = 0; n < hz_.size(); ++n) sum += amplitude_[n] * sin_turns(hz_[n] * time_s + phase_[n]);
        return std::clamp(sum, -5.0, 5.0);
    }

private:
    static constexpr std::size_t lines = 6;
    std::array<double, 3 * lines> hz_{}, phase_{}, amplitude_{};
};

struct EcgWave {
    double at_s, width_s, height;
};

/// P, Q, R, S and T for an interval; R has the height 1.
[[nodiscard]] inline std::array<EcgWave, 5> ecg_waves(double interval_s, double qrs_ms) noexcept {
    constexpr double degree = pi / 180.0;
    const double slow = std::sqrt(interval_s) / (2.0 * pi);               // seconds a radian at 60 beats a minute
    const double fast = 0.001 * qrs_ms / (2.0 * (15.0 * degree + 0.2));   // QRS is that many radians wide
    return {{{-70.0 * degree * slow, 0.25 * slow, 0.25},
             {-15.0 * degree * fast, 0.1 * fast, -1.0 / 6.0},
             {0.0, 0.1 * fast, 1.0},
             {15.0 * degree * fast, 0.1 * fast, -0.25},
             {100.0 * degree * slow, 0.4 * slow, 0.4}}};
}

/// Adds one beat; Gaussians end where they are below 1e-8.
inline void add_beat(std::vector<double>& out, double sampling_rate_hz, double r_peak_s,
                     const std::array<EcgWave, 5>& waves, double scale) noexcept {
    const auto frames = static_cast<double>(out.size());
    for (const EcgWave& w : waves) {
        const double middle = (r_peak_s + w.at_s) * sampling_rate_hz, width = w.width_s * sampling_rate_hz;
        const double first = std::max(0.0, std::floor(middle - 6.0 * width) + 1.0);
        const double end = std::min(frames, middle + 6.0 * width);
        for (double i = first; i < end; i += 1.0) {
            const double u = (i - middle) / width;
            out[static_cast<std::size_t>(i)] += scale * w.height * simulate::exp(-0.5 * u * u);
        }
    }
}

/// Peak to peak of a beat with R of height 1: the top is R's, the bottom S's, both with their neighbours' tails.
[[nodiscard]] inline double ecg_peak_to_peak(const std::array<EcgWave, 5>& waves) noexcept {
    double low = 0, high = 0;
    constexpr int points = 400;
    const double half_s = 2.0 * waves[3].at_s;
    for (int n = -points; n <= points; ++n) {
        const double t = half_s * n / points;
        double sum = 0;
        for (const EcgWave& w : waves) {
            const double u = (t - w.at_s) / w.width_s;
            sum += w.height * simulate::exp(-0.5 * u * u);
        }
        low = std::min(low, sum);
        high = std::max(high, sum);
    }
    return high - low;
}

}  // namespace detail

/// An ECG of `frames` samples. R peaks lie anywhere between samples; those in the recording are listed.
[[nodiscard]] inline Ecg ecg(Random& random, double sampling_rate_hz, std::int64_t frames,
                             const EcgOptions& options = {}) {
    detail::require_rate(sampling_rate_hz);
    detail::require_frames(frames);
    detail::require("ecg rate_bpm", options.rate_bpm, 25.0, 220.0);
    detail::require("ecg hrv", options.hrv, 0.0, 0.15);
    detail::require("ecg amplitude_uv", options.amplitude_uv, 0.0, 1e5);
    detail::require("ecg qrs_ms", options.qrs_ms, 40.0, 250.0);
    detail::require("ecg respiration_hz", options.respiration_hz, 0.05, 1.0);

    Ecg out;
    out.waveform.assign(static_cast<std::size_t>(frames), 0.0);
    const double mean_s = 60.0 / options.rate_bpm;
    const double duration_s = static_cast<double>(frames) / sampling_rate_hz;
    const double scale =
        options.amplitude_uv / detail::ecg_peak_to_peak(detail::ecg_waves(mean_s, options.qrs_ms));
    const detail::HeartModulation modulation(random, options.respiration_hz);
    // From a beat before the recording to one after it, whose T and P reach into it.
    double t = -mean_s * (1.0 + random.uniform());
    while (t < duration_s + mean_s) {
        const double interval_s = mean_s * (1.0 + options.hrv * modulation.at(t));
        detail::add_beat(out.waveform, sampling_rate_hz, t, detail::ecg_waves(interval_s, options.qrs_ms), scale);
        if (t >= 0 && t < duration_s) out.r_peak_s.push_back(t);
        t += interval_s;
    }
    return out;
}

}  // namespace fascikit::simulate
