# torchvision's ResNet-18 without its last layer, as tracing it gives it: float32, NCHW, batch norm as an operation of its own.
# w: for each convolution its weight, then its batch norm's weight, bias, running mean and running variance; of a block with a
# shortcut convolution, that one is the last.
class PlainResNet18(Module):
  __parameters__ = []
  __buffers__ = []

  def convolve(self: __torch__.PlainResNet18,
    x: Tensor,
    w: List[Tensor],
    k: int,
    stride: int) -> Tensor:
    pad = w[k].size(2) // 2
    y = torch.conv2d(x, w[k], None, [stride, stride], [pad, pad])
    return torch.batch_norm(y, w[k + 1], w[k + 2], w[k + 3], w[k + 4], False, 0.1, 1.e-5, True)

  # Features [n, 512] of normalized images x [n, 3, side, side].
  def forward(self: __torch__.PlainResNet18,
    x: Tensor,
    w: List[Tensor]) -> Tensor:
    y = torch.max_pool2d(torch.relu_(self.convolve(x, w, 0, 2)), [3, 3], [2, 2], [1, 1])
    k = 5
    for block in range(8):
      narrows = block > 0 and block % 2 == 0
      stride = 2 if narrows else 1
      z = torch.relu_(self.convolve(y, w, k, stride))
      z = self.convolve(z, w, k + 5, 1)
      k += 10
      if narrows:
        y = self.convolve(y, w, k, 2)
        k += 5
      y = torch.relu_(z.add_(y))
    return torch.adaptive_avg_pool2d(y, [1, 1]).flatten(1)
