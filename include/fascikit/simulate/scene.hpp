// Scene: a recording under construction, together with its truth.
//
// Sites have one channel each here, named alike. Whatever is added goes into the
// samples and, in the same call, into the truth, so the two cannot disagree. Units
// draw from a random stream of their own. Sums are made in double and rounded to
// float once, in `finish`.
//
//   Scene scene({.electrode = Electrode::surface, .sampling_rate_hz = 2048, .duration_s = 60,
//                .sites = {"left calf"}}, seed);
//   scene.noise(0, 4.0);
//   scene.discharge(0, scene.new_unit(), potential, 12.5, Label::fasciculation_potential);
//
// Memory: 8 bytes a sample and channel. Errors: none of its own.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "fascikit/core/recording.hpp"
#include "fascikit/core/truth.hpp"
#include "fascikit/simulate/potential.hpp"

namespace fascikit::simulate {

/// Samples in µV, channel after channel, what they are of, and what is in them.
struct Simulated {
    std::vector<float> samples;
    RecordingInfo info;
    Truth truth;
    Electrode electrode = Electrode::surface;

    [[nodiscard]] BlockView<const float> view() const noexcept {
        return planar(samples.data(), info.frames, static_cast<std::int64_t>(info.channels.size()));
    }
    /// As a Source; it keeps a view of these samples.
    [[nodiscard]] ArraySource<float> source() const { return {view(), info}; }
};

struct SceneOptions {
    Electrode electrode = Electrode::surface;
    double sampling_rate_hz = 2048;
    double duration_s = 60;
    std::vector<std::string> sites{};
};

class Scene {
public:
    Scene(SceneOptions options, std::uint64_t seed)
        : options_(std::move(options)),
          seed_(seed),
          band_(resolved({}, options_.electrode, options_.sampling_rate_hz)),
          frames_(static_cast<std::int64_t>(options_.duration_s * options_.sampling_rate_hz + 0.5)),
          samples_(options_.sites.size(), std::vector<double>(static_cast<std::size_t>(frames_))),
          noise_rms_uv_(options_.sites.size(), 0.0),
          noise_sway_(options_.sites.size(), 0.0) {
        truth_.sampling_rate_hz = options_.sampling_rate_hz;
        truth_.duration_s = options_.duration_s;
        truth_.band = band_;
    }

    /// A random stream that no other `stream` shares. 0 … 999 are the scene's own.
    [[nodiscard]] Random random(std::uint64_t stream) const noexcept { return Random(seed_, 1000 + stream); }
    [[nodiscard]] std::int32_t new_unit() noexcept { return units_++; }
    [[nodiscard]] Band band() const noexcept { return band_; }
    [[nodiscard]] double sampling_rate_hz() const noexcept { return options_.sampling_rate_hz; }

    /// Gaussian noise of `rms_uv` in the band: white, and as much again below 30 Hz as amplifiers
    /// and skin have. It swells and sinks by the share `sway` over 45 s.
    void noise(std::size_t site, double rms_uv, double sway = 0.0) {
        Random random(seed_, site);
        std::vector<double> fresh(static_cast<std::size_t>(frames_));
        const double keep = simulate::exp(-2.0 * pi * 30.0 / options_.sampling_rate_hz);
        double low = 0;
        for (double& v : fresh) {
            const double white = random.normal();
            low = keep * low + (1.0 - keep) * random.normal();
            v = white + 4.0 * low;
        }
        double energy = 0;
        for (const double v : in_band(fresh, band_, options_.sampling_rate_hz)) energy += v * v;
        const double scale = rms_uv / std::sqrt(energy / static_cast<double>(frames_));
        noise_rms_uv_[site] = rms_uv;
        noise_sway_[site] = sway;
        for (std::size_t i = 0; i < fresh.size(); ++i)
            samples_[site][i] += fresh[i] * scale * swell(site, static_cast<double>(i) / options_.sampling_rate_hz);
    }

    /// Mains hum at 50 Hz that wanders by a part in a thousand, with a third harmonic; all sites.
    void mains(double amplitude_uv) {
        for (std::size_t site = 0; site < samples_.size(); ++site)
            for (std::int64_t i = 0; i < frames_; ++i) {
                const double t = static_cast<double>(i) / options_.sampling_rate_hz;
                const double turns = 50.0 * t + 0.2 * sin_turns(t / 30.0) + 0.1 * static_cast<double>(site);
                samples_[site][static_cast<std::size_t>(i)] +=
                    amplitude_uv * (sin_turns(turns) + 0.3 * sin_turns(3.0 * turns));
            }
        truth_.confounders.push_back({0.0, options_.duration_s, "mains"});
    }

    /// The slow wander of the electrode's half-cell potential, below 0.5 Hz; all sites.
    void drift(double amplitude_uv) {
        for (std::size_t site = 0; site < samples_.size(); ++site) {
            Random random(seed_, 500 + site);
            for (int wave = 0; wave < 6; ++wave) {
                const double hz = random.uniform(0.02, 0.4);
                const double phase = random.uniform();
                for (std::int64_t i = 0; i < frames_; ++i)
                    samples_[site][static_cast<std::size_t>(i)] +=
                        0.4 * amplitude_uv * sin_turns(hz * static_cast<double>(i) / options_.sampling_rate_hz + phase);
            }
        }
        truth_.confounders.push_back({0.0, options_.duration_s, "drift"});
    }

    /// One discharge, whose nerve impulse arrives at `time_s`; named in the truth.
    void discharge(std::size_t site, std::int32_t unit, const Potential& potential, double time_s, Label label,
                   double gain = 1.0) {
        const double at = add(site, potential, time_s, gain);
        const double peak_s = (at + potential.peak_in_samples) / options_.sampling_rate_hz;
        if (peak_s >= options_.duration_s) return;
        truth_.discharges.push_back({peak_s, options_.sites[site], unit, label, potential.amplitude_uv * gain,
                                     noise_rms_uv_[site] * swell(site, peak_s)});
    }
    /// One discharge that is not named: part of a stretch.
    double add(std::size_t site, const Potential& potential, double time_s, double gain = 1.0) noexcept {
        constexpr int steps = Potential::steps_per_sample;
        const auto fine = static_cast<std::int64_t>(std::floor(time_s * options_.sampling_rate_hz * steps + 0.5));
        const std::int64_t first = fine / steps;
        const int step = static_cast<int>(fine % steps);
        for (std::int64_t n = 0; n < potential.samples() && first + n < frames_; ++n)
            samples_[site][static_cast<std::size_t>(first + n)] += gain * potential.at(n, step);
        return static_cast<double>(fine) / steps;
    }
    void segment(std::size_t site, double onset_s, double end_s, Label label) {
        truth_.segments.push_back({onset_s, end_s, options_.sites[site], label});
    }

    [[nodiscard]] Simulated finish() {
        std::stable_sort(truth_.discharges.begin(), truth_.discharges.end(),
                         [](const TrueDischarge& a, const TrueDischarge& b) { return a.peak_s < b.peak_s; });
        std::stable_sort(truth_.segments.begin(), truth_.segments.end(),
                         [](const TrueSegment& a, const TrueSegment& b) { return a.onset_s < b.onset_s; });
        Simulated out;
        out.electrode = options_.electrode;
        out.truth = truth_;
        out.info.format = "array";
        out.info.sampling_rate_hz = options_.sampling_rate_hz;
        out.info.frames = frames_;
        out.samples.reserve(samples_.size() * static_cast<std::size_t>(frames_));
        for (std::size_t site = 0; site < samples_.size(); ++site) {
            for (const double v : samples_[site]) out.samples.push_back(static_cast<float>(v));
            ChannelInfo channel;
            channel.label = options_.sites[site];
            out.info.channels.push_back(std::move(channel));
        }
        out.info.sites = one_site_per_channel(out.info.channels);
        return out;
    }

private:
    [[nodiscard]] double swell(std::size_t site, double time_s) const noexcept {
        return 1.0 + noise_sway_[site] * sin_turns(time_s / 45.0);
    }

    SceneOptions options_;
    std::uint64_t seed_;
    Band band_;
    std::int64_t frames_;
    std::vector<std::vector<double>> samples_;
    std::vector<double> noise_rms_uv_;
    std::vector<double> noise_sway_;
    std::int32_t units_ = 0;
    Truth truth_;
};

}  // namespace fascikit::simulate
