// Spectra, correlation, wavelets and matched filters. Each header says what it does.
#pragma once

#include "fascikit/spectral/correlate.hpp"
#include "fascikit/spectral/cross.hpp"
#include "fascikit/spectral/fft.hpp"
#include "fascikit/spectral/matched_filter.hpp"
#include "fascikit/spectral/moments.hpp"
#include "fascikit/spectral/periodicity.hpp"
#include "fascikit/spectral/stft.hpp"
#include "fascikit/spectral/wavelet.hpp"
#include "fascikit/spectral/welch.hpp"
#include "fascikit/spectral/window.hpp"
